// In: the push outlets of the YAML. Out: their sender in its thread, and what the public process needs to take subscriptions.
// Composition only: nothing here decides, seals or sends.
import type { FastifyBaseLogger } from 'fastify'
import type { ClientConfig } from 'pg'
import type { WebpushConfig } from '../../channels/webpush/config.ts'
import { isTrial, type Config, type OutletConfig } from '../config.ts'
import type { PushOutlet } from '../push/outlet.ts'
import { startPush, type PushSending } from '../push/start.ts'
import { openResolver } from '../push/resolve.ts'
import { openSubscriberGauges } from './push-gauges.ts'
import { openVault, readVaultSecret } from '../push/vault.ts'
import type { Queryable } from '../store/pool.ts'
import type { Health } from './health.ts'
import type { SiteIdentity } from '../web/public/pages/frame.ts'
import { nameConsent } from '../web/public/push/consent.ts'
import type { SubscribingContext } from '../web/public/push/subscribing.ts'

/** 218 bytes each with what finds them: some 45 MB when all are made. */
const MOST_KEYS = 200_000

interface Enabled {
  outlet: OutletConfig
  config: WebpushConfig
}

/** Push outlets that the bureau has turned on and that speak. */
export function listEnabled(outlets: readonly OutletConfig[]): Enabled[] {
  return outlets.flatMap((outlet) => {
    if (outlet.channel.name !== 'webpush' || outlet.mode !== 'live') return []
    const config = outlet.config as WebpushConfig
    return config.enabled ? [{ outlet, config }] : []
  })
}

/** The secret that seals subscribers' addresses in this installation. */
export function readSealSecret(config: Pick<Config, 'dataFolder' | 'outlets'>): Buffer {
  const given = listEnabled(config.outlets).find((each) => each.config.sealKey !== undefined)
  return readVaultSecret(config.dataFolder, given?.config.sealKey ?? null)
}

/** A drill reaches nobody beyond this machine, no more than what is tried (DESIGN L4). */
function reachOf({ outlet }: Enabled, config: Pick<Config, 'demonstration' | 'clockStart'>): PushOutlet['reach'] {
  return outlet.class === 'drill' || isTrial(config) ? 'loopback' : 'any'
}

function describeOutlet(enabled: Enabled, whole: Pick<Config, 'demonstration' | 'clockStart' | 'bureau'>): PushOutlet {
  const { outlet, config } = enabled
  return {
    id: outlet.id,
    class: outlet.class,
    reach: reachOf(enabled, whole),
    vapid: { publicKey: config.vapidPublicKey, privateKey: config.vapidPrivateKey, subject: config.subject },
    allowHosts: config.allowHosts,
    ca: config.ca ?? null,
    proxies: config.proxies,
    transport: config.transport,
    digestMinutes: config.digestMinutes,
    publicUrl: whole.bureau.publicUrl,
  }
}

/** What the subscribe page shows of the outlet that the public can subscribe at. */
export function describePush(
  outlets: readonly OutletConfig[],
  wordings: Parameters<typeof nameConsent>[0],
): Pick<SiteIdentity, 'push'> {
  const open = listEnabled(outlets).find(({ outlet }) => outlet.class === 'actual')
  if (!open) return {}
  const { vapidPublicKey, digestMinutes } = open.config
  return { push: { publicKey: vapidPublicKey, consentVersion: nameConsent(wordings), digestMinutes } }
}

/** What the public process takes subscriptions with, over connections of their own. */
export function openDoor(
  config: Pick<Config, 'dataFolder' | 'outlets' | 'bureau' | 'demonstration' | 'clockStart'>,
  db: Queryable,
  wordings: Parameters<typeof nameConsent>[0],
): SubscribingContext {
  return {
    db,
    outlets: listEnabled(config.outlets).map((each) => ({
      id: each.outlet.id,
      class: each.outlet.class,
      reach: reachOf(each, config),
      allowHosts: each.config.allowHosts,
      proxied: Object.keys(each.config.proxies),
    })),
    vault: openVault(readSealSecret(config)),
    resolver: openResolver(),
    now: Date.now,
    consentVersion: nameConsent(wordings),
    districts: [config.bureau.home, ...config.bureau.watch].map(({ code }) => code),
  }
}

/** Starts the sender's thread where an outlet is on. */
export function openPush(
  config: Pick<Config, 'dataFolder' | 'outlets' | 'bureau' | 'gates' | 'demonstration' | 'clockStart'>,
  db: Queryable,
  database: ClientConfig,
  node: string,
  tell: {
    alarm: (kind: string, subject: string, message: string) => Promise<void>
    clear: (kind: string, subject: string) => Promise<void>
    health: Pick<Health, 'addGauges'>
    log: Pick<FastifyBaseLogger, 'info' | 'error'>
  },
): PushSending {
  const enabled = listEnabled(config.outlets)
  const { aftershockMs, aftershockKm } = config.gates
  const worker =
    enabled.length === 0
      ? null
      : {
          database,
          node,
          outlets: enabled.map((each) => describeOutlet(each, config)),
          region: {
            places: [config.bureau.home, ...config.bureau.watch],
            attenuation: config.bureau.attenuation,
            gates: { aftershockMs, aftershockKm },
          },
          secret: readSealSecret(config),
          mostKeys: MOST_KEYS,
        }
  if (enabled.length > 0)
    tell.health.addGauges(
      openSubscriberGauges(
        db,
        enabled.map((each) => ({ id: each.outlet.id, allowHosts: each.config.allowHosts })),
      ),
    )
  return startPush({
    db,
    worker,
    alarm: (subject, raised, reason) => {
      const told = raised ? tell.alarm('push', subject, `推送 ${subject}：${reason}`) : tell.clear('push', subject)
      told.catch((error: unknown) => tell.log.error({ err: error }, reason))
    },
    log: (level, message, fields) => tell.log[level](fields, message),
  })
}
