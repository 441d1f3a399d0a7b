// In: what tells whether a notice is on its way. Out: what others wait for before each small piece of their work.
// Must not let anything stand still: a channel may take a quarter of a minute to answer, and is then waited for once, not each time.
import { setTimeout as sleep } from 'node:timers/promises'

/** From a determination to its channels takes some tens of milliseconds. */
const WAY_MS = 100
/** Asked some hundred times a second: looking again costs less than being told. */
const LOOK_MS = 5

/** @param isBusy whether a notice is on its way now */
export function openWay(isBusy: () => boolean, mostMs = WAY_MS): () => Promise<void> {
  let isLong = false
  return async () => {
    if (!isBusy()) isLong = false
    if (isLong) return
    for (let waited = 0; isBusy(); waited += LOOK_MS) {
      if (waited >= mostMs) {
        isLong = true
        return
      }
      await sleep(LOOK_MS)
    }
  }
}
