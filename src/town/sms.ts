// In: short messages to people, as Aliyun's and Tencent's clients send them. Out: both vendors on one address, told apart by headers.
// Must not accept what the real ones refuse (reference channels.md §5, vendors' public pages); written from them, not from the adapter.
import { openStand } from './stand.ts'
import type { Stand } from './stand.ts'
import { answerAliyun } from './sms/aliyun.ts'
import { freshState } from './sms/state.ts'
import type { SmsOptions, SmsState } from './sms/state.ts'
import { answerTencent } from './sms/tencent.ts'
import type { Reply, TownRequest } from './wire.ts'

type Vendor = 'aliyun' | 'tencent'
type Headed = Pick<TownRequest, 'headers' | 'query'>

/** Both take everything at POST /; a call that looks like both, or like neither, is nobody's. */
function findVendor({ headers, query }: Headed): Vendor | null {
  const names = Object.keys(headers)
  const authorization = headers['authorization'] ?? ''
  // The query of V1, so that an old client hears the vendor's own refusal.
  const aliyun =
    authorization.startsWith('ACS3-') ||
    names.some((name) => name.startsWith('x-acs-')) ||
    query.has('SignatureVersion')
  const tencent = authorization.startsWith('TC3-') || names.some((name) => name.startsWith('x-tc-'))
  return aliyun === tencent ? null : aliyun ? 'aliyun' : 'tencent'
}

/** For faults and the call log: aliyun/SendSms, aliyun/QuerySendDetails, tencent/SendSms. */
function nameCall(call: Headed): string {
  const vendor = findVendor(call)
  const action = call.headers[vendor === 'aliyun' ? 'x-acs-action' : 'x-tc-action'] ?? ''
  return `${vendor ?? 'nobody'}/${/^\w{1,64}$/.test(action) ? action : ''}`
}

function answer(request: TownRequest, state: SmsState, options: SmsOptions): Reply {
  const vendor = findVendor(request)
  if (vendor === 'aliyun' && options.aliyun) return answerAliyun(request, state, options, options.aliyun)
  if (vendor === 'tencent' && options.tencent) return answerTencent(request, state, options, options.tencent)
  return { status: 404, type: 'text/plain', body: 'not found', code: '404' }
}

/** Starts both vendors on one address, each where it has an account. The messages stand in the ledger, one for each number. */
export async function startSms(options: SmsOptions): Promise<Stand> {
  return openStand<SmsState>(
    {
      title: '短信通道（替身）',
      fresh: freshState,
      effects: (state) => state.effects,
      nameOf: nameCall,
      answer: (request, state) => answer(request, state, options),
    },
    options,
  )
}
