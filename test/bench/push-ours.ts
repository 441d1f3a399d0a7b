// In: subscriptions of the stand-in. Out: the house's own way to send one text to all of them, with keys made ahead or not.
// Everything that the sender does for one message is counted: its address opened, judged, its text sealed, its reply read.
// Must not touch a database: the peer has none; push-many.ts measures the whole program with its own.
import { judgeEndpoint } from '../../src/core/push/endpoint.ts'
import { openLane, type Letter } from '../../src/push/lane.ts'
import { openPreparedKeys } from '../../src/push/prepared.ts'
import { openSession } from '../../src/push/session.ts'
import { openVapid } from '../../src/push/vapid.ts'
import { openVault } from '../../src/push/vault.ts'
import { CONTACT, TOPIC, TTL, type Sending } from './push-sending.ts'
import type { PushSetup } from './push-orders.ts'

/** Opens the lane to the stand-in. @param ahead whether keys are made in idle time */
export function openOurs({ ca, origin, vapid, subscriptions }: PushSetup, ahead: boolean): Sending {
  const { host } = new URL(origin)
  const found = judgeEndpoint(origin, [host])
  if (!found.ok) throw new Error(found.reason)
  const place = { endpoint: found.endpoint, address: '127.0.0.1', ca, proxy: null }
  const keys = openPreparedKeys(ahead ? subscriptions.length : 0, 1)
  const vault = openVault(Buffer.alloc(32, 7))
  const lane = openLane({
    keys,
    vapid: openVapid({ ...vapid, subject: CONTACT }),
    connect: () => openSession(place),
    now: Date.now,
    alarm: () => undefined,
  })
  const recipients = subscriptions.map(({ endpoint, keys: { p256dh, auth } }, number) => ({
    number,
    keyVersion: 1,
    sealed: vault.seal(endpoint),
    p256dh: Buffer.from(p256dh, 'base64url'),
    auth: Buffer.from(auth, 'base64url'),
  }))
  let count = 0
  return {
    prepare: async () => {
      for (const recipient of recipients) keys.prepare(recipient)
    },
    send: async (text) => {
      count += 1
      const bytes = Buffer.from(text)
      const letter: Letter = {
        id: `b${count}`,
        text: bytes,
        short: bytes,
        topic: TOPIC,
        urgency: 'high',
        ttl: TTL,
        priority: 0,
      }
      const sent = recipients.map(async ({ sealed, ...recipient }) => {
        const judged = judgeEndpoint(vault.open(sealed) ?? '', [host])
        if (!judged.ok) return false
        return (await lane.post(letter, { ...recipient, endpoint: judged.endpoint })).state === 'sent'
      })
      return (await Promise.all(sent)).filter(Boolean).length
    },
  }
}
