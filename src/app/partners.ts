// In: the installation's secret, the covers' templates, the channels' way of signing, the doors' way of checking. Out: what evidence
// is kept with, what leaves the bureau, the lines to other organisations' systems.
// Composition only: a message is signed as a partner's webhook is, and checked as a push at the ingest door is.
import { reactionTo, readRetryAfter } from '../../channels/webhook/client.ts'
import { config as webhookConfig } from '../../channels/webhook/config.ts'
import { signWebhook } from '../../channels/webhook/sign.ts'
import { isTrial, type Config } from '../config.ts'
import { openCover } from '../core/rumour/handover/cover.ts'
import { openOutbound } from '../publish/http.ts'
import type { ReleaseContext } from '../publish/writing/release.ts'
import type { AgencyContext } from '../rumour/agencies/context.ts'
import type { RumourContext } from '../rumour/context.ts'
import type { HandoverContext } from '../rumour/handover/context.ts'
import { openByteSealing, openMarking } from '../store/byte-sealing.ts'
import { readSecret } from '../store/sealing.ts'
import type { InstallationClock } from './clock.ts'
import { verifyAtEitherClock } from './signed-door.ts'
import { loadTemplates } from './templates.ts'

export interface Partners {
  handover: HandoverContext
  agencies: AgencyContext
  keep: Config['keep']
  close(): Promise<void>
}

const ANY_SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`

export async function openPartners(
  config: Config,
  rumours: RumourContext,
  writing: ReleaseContext,
  clock: InstallationClock,
): Promise<Partners> {
  const { dataFolder, deskKey, bureau, deskUrl, deskPort } = config
  const secret = readSecret(dataFolder, 'desk.key', deskKey)
  const templates = await loadTemplates('handover')
  const handover: HandoverContext = {
    ...rumours,
    vault: openByteSealing(secret, 'handover'),
    mark: openMarking(secret, 'spreader'),
    cover: openCover({
      html: mustFind(templates, 'cover.html.liquid'),
      text: mustFind(templates, 'cover.text.liquid'),
    }),
    bureau: { name: bureau.name, publicUrl: bureau.publicUrl },
  }
  // A demonstration tells nobody outside this machine.
  const outbound = openOutbound({ loopbackOnly: isTrial(config) })
  const agencies: AgencyContext = {
    ...handover,
    writing,
    http: outbound.http,
    deskUrl: deskUrl ?? `http://127.0.0.1:${deskPort}`,
    sign: (secret, id, at, body) => signWebhook([secret], id, at, body),
    verify: (headers, body, secret) => verifyAtEitherClock(headers, body, secret, clock),
    react: (status, headers) => {
      const reaction = reactionTo(status)
      if (reaction.act === 'accepted') return { kind: 'taken' }
      if (reaction.act === 'rejected') return { kind: 'refused', why: reaction.why }
      if (reaction.act === 'auth') return { kind: 'refused', why: '对方不认签名，请核对密钥和时钟' }
      return { kind: 'again', afterMs: readRetryAfter(headers['retry-after'], clock.realNow()) }
    },
    checkAddress: (url, intranet) =>
      webhookConfig.safeParse({ url, secret: ANY_SECRET, intranet }).success
        ? null
        : '地址须以 https:// 开头，不含用户名和 #；内网地址须勾选“对方在政务内网”，不能是其他保留地址',
  }
  return { handover, agencies, keep: config.keep, close: () => outbound.close() }
}

function mustFind(templates: ReadonlyMap<string, string>, name: string): string {
  const text = templates.get(name)
  if (text === undefined) throw new Error(`templates/handover/${name} is missing`)
  return text
}
