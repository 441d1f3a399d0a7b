// In: a load. Out: what the generator's process says of it.
import type { ChildProcess } from 'node:child_process'
import { waitForMessage } from './measure.ts'
import type { Load, Loaded } from './page-load.ts'

/** Asks the generator for one load. */
export async function generate(child: ChildProcess, load: Load): Promise<Loaded> {
  const answered = waitForMessage<Loaded>(child)
  child.send(load)
  return answered
}
