// In: outlets that a test made up, a function that takes what is recorded. Out: one notice on its way to them: its row, its
// deliveries under their first lease, the dispatcher that sends them. Keeps no record: what was written is the test's to remember.
import type { Certainty, OutletClient } from '../../src/core/channel.ts'
import { formatUtc } from '../../src/core/instant.ts'
import { openDispatch, type Dispatch, type DispatchContext } from '../../src/publish/dispatch.ts'
import type { Outlet } from '../../src/publish/outlets.ts'
import type { DeliveryRow, NoticeRow } from '../../src/store/plan.ts'

/** When the notice was made, and where the dispatcher's clock stands unless it is given another. */
export const SENT = Date.UTC(2025, 0, 7, 1, 5)

export const NOTICE = {
  id: 'n-1',
  code: 'abcdefgh',
  kind: 'formal-report',
  report_no: 1,
  facts: { serial: '安震信〔2025〕1号' },
} as unknown as NoticeRow

/** The notice's delivery to an outlet, as the commit that made it leaves it: leased for its first attempt. */
export function rowOf(outlet: string): DeliveryRow {
  return {
    id: `d-${outlet}`,
    notice_id: NOTICE.id,
    class: 'actual',
    outlet_id: outlet,
    leg: 'post',
    priority: 1,
    state: 'sending',
    content: { text: outlet },
    due_at: formatUtc(SENT),
    lease_owner: 'node',
    lease_ms: 30_000,
    attempts: 1,
    first_attempt_at: formatUtc(SENT),
    reason: '',
    expires_at: null,
  }
}

/** A live outlet that does to a call what `client` does. */
export const outletOf = (id: string, certainty: Certainty, client: Partial<OutletClient>): Outlet =>
  ({
    id,
    class: 'actual',
    mode: 'live',
    config: {},
    channel: { name: 'fake', certainty: () => certainty },
    client,
  }) as unknown as Outlet

/** What settle_attempt is given of an outcome, as far as tests read it. */
export interface Settled {
  delivery_id: string
  state: string
  ref?: string
  next_act?: string
}

/** A dispatcher whose outcomes are written by `write`, which gets each as it is offered and may throw as a database does. */
export function dispatchOf(
  outlets: Outlet[],
  write: (change: Settled) => void,
  over: Partial<DispatchContext> = {},
): Dispatch {
  return openDispatch({
    db: {
      query: async (text: string, values?: unknown[]) => {
        if (!text.includes('settle_attempt')) return { rows: [], rowCount: 0 }
        write(JSON.parse(String(values?.[0])) as Settled)
        return { rows: [{ settle_attempt: true }], rowCount: 1 } as never
      },
    },
    node: 'node',
    outlets,
    publicUrl: 'https://dzj.example.cn',
    clock: () => SENT,
    alarm: async () => undefined,
    clear: async () => undefined,
    settled: () => undefined,
    log: { error: () => undefined },
    ...over,
  })
}
