// In: a folder, strict push services, a key pair. Out: an installation whose only ways to speak are its website and them.
// Must not start it.
import { claimPort } from '../../src/town/port.ts'
import type { PushTown } from '../../src/town/push.ts'
import { describeBureau, prepareInstallation, type Installation } from './installation.ts'

const NOWHERE = { weibo: '', wechat: '', webhook: '', robots: '' }

/** @param drill the service of its drill outlet; without one it has none. */
export async function preparePushBureau(
  folder: string,
  vapid: { publicKey: string; privateKey: string },
  { actual, drill }: { actual: PushTown; drill?: PushTown },
): Promise<Installation> {
  const [port, deskPort] = [await claimPort(), await claimPort()]
  const outletAt = (town: PushTown): object => ({
    channel: 'webpush',
    enabled: true,
    vapidPublicKey: vapid.publicKey,
    vapidPrivateKey: vapid.privateKey,
    subject: 'mailto:it@dzj.example.cn',
    allowHosts: [new URL(town.origin).host],
    ca: town.ca,
  })
  const outlets = [
    { id: 'site', channel: 'website' },
    { id: 'push', ...outletAt(actual) },
    ...(drill ? [{ id: 'drill-push', class: 'drill', ...outletAt(drill) }] : []),
  ]
  const yaml = describeBureau(NOWHERE, `127.0.0.1:${port}`, { outlets })
  return prepareInstallation({ folder, port, deskPort, yaml })
}
