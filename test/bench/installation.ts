// In: webhook outlets. Out: a whole Quakedesk with its own database, fed through its signed door, as a subject of the bench.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { signWebhook } from '../../channels/webhook/sign.ts'
import { HOME } from './events.ts'
import type { Stage, Subject } from './stage.ts'
import { claimPort } from '../../src/town/port.ts'

const SECRET = `whsec_${Buffer.from('bench-secret-0123456789-abcdefghi').toString('base64')}`
const SIGNED = { signedBy: 'bench', signedAt: '2020-01-01T00:00:00Z', expiresAt: '2099-01-01T00:00:00Z' }

/** A subject with its own public port and its first process, the publisher. */
export interface Installed extends Subject {
  port: number
  deskPort: number
  pid: number
  dataFolder: string
}

/**
 * Starts an installation that says every event of events.ts at once, to each of these addresses.
 * @param hasSite true when its website carries them as well
 * @param more further outlets, as the YAML has them
 */
export async function startQuakedesk(
  stage: Stage,
  name: string,
  urls: readonly string[],
  hasSite = false,
  more: readonly object[] = [],
): Promise<Installed> {
  const [port, deskPort] = [await claimPort(), await claimPort()]
  const file = join(stage.folder, `${name}.yaml`)
  const dataFolder = join(stage.folder, name)
  writeFileSync(
    file,
    stringify({
      bureau: {
        name: '宁夏试验地震局',
        shortName: '试验地震',
        publicUrl: `http://127.0.0.1:${port}`,
        serialPrefix: '试震信',
        home: HOME,
        attenuation: 'west',
      },
      inbound: [{ id: 'cenc', format: 'rss', authority: 'official-national', secret: SECRET }],
      authorisations: [{ id: 'formal', template: 'formal-report', sources: ['cenc'], ...SIGNED }],
      outlets: [
        ...(hasSite ? [{ id: 'site', channel: 'website' }] : []),
        ...urls.map((url, index) => ({ id: `c${index}`, channel: 'webhook', url, secret: SECRET })),
        ...more,
      ],
    }),
  )
  const child = spawn(process.execPath, [new URL('../../src/main.ts', import.meta.url).pathname], {
    env: {
      ...process.env,
      QUAKEDESK_CONFIG: file,
      QUAKEDESK_DATA: dataFolder,
      PORT: String(port),
      DESK_PORT: String(deskPort),
      HOST: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  stage.adopt(child)
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      if (part.includes('震讯台 is ready')) resolve()
    })
    child.on('exit', () => reject(new Error('Quakedesk did not start')))
  })
  let number = 0
  return {
    name,
    port,
    deskPort,
    pid: child.pid ?? 0,
    dataFolder,
    post: (feed) => {
      number += 1
      const headers = signWebhook([SECRET], `bench-${number}`, Date.now(), feed)
      return stage.post(`http://127.0.0.1:${deskPort}/ingest/v1/cenc`, feed, headers)
    },
  }
}
