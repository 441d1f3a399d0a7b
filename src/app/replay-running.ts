// In: nothing. Out: what the parts of a replay share about the installation they run.
// Types only.
import type { App } from '../app.ts'
import type { Config } from '../config.ts'

/** An installation that a replay is running; stopped and started again by the scenario's power cuts. */
export interface Running {
  app: App | null
  config: Config
  folder: string
  /** What could not be played: an act without its object, a door that answered oddly. */
  faults: string[]
  /** Answers of doors that refused: `door:<rule>`. */
  refusals: string[]
}
