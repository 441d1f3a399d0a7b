// In: what the pages of the board stand on. Out: a whole page.
// Must not act.
import type { Shown } from '../door.ts'
import type { DeskFrame, DeskSheet } from '../frame.ts'
import type { CommandAnswer } from '../server.ts'
import type { BoardContext } from './board.ts'

export interface BoardPages {
  board: BoardContext
  frame: DeskFrame
  /** The officer's commands; `as` is the account's id. */
  command: (name: string, input: unknown) => Promise<CommandAnswer>
}

export const whole = ({ frame }: Pick<BoardPages, 'frame'>, sheet: DeskSheet): Shown => ({ page: frame.page(sheet) })
