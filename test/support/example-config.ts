// In: the text of an example quakedesk.yaml. Out: the configuration the program makes of it, with made-up secrets.
// Must not make up anything but secrets: whatever else is wrong in an example is its own fault.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { channels } from '../../channels/index.ts'
import { loadConfig, type Config } from '../../src/config.ts'

/** By the name of the secret's file, as the channels want them; none opens anything. */
const SECRETS: Readonly<Record<string, string>> = {
  'weibo-token': '2.00ExampleAccessToken',
  'wechat-secret': 'example-app-secret-0000000000001',
  'wechat-token': 'exampletoken',
  'wechat-aes-key': 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  'robot-url': 'https://oapi.dingtalk.com/robot/send?access_token=example-robot-token',
  // Of the pair whose public half stands in the READMEs; it opens nothing.
  'vapid-private-key': 'pi99e8HBY_v7Lt6HBPmj7atzNcS1kgvvoarIYLG8MB8',
  'desk-key': 'ExampleDeskKey_0000000000000000000000000000',
  'sms-key-id': 'LTAIexample00000',
  'sms-key-secret': 'example-sms-key-secret-0000001',
  'duty-phones': '+8613800000000\n+8613900000000',
  'robot-secret': 'SECexample00000000000000000000000000',
}

/** Value of a `…File` key anywhere in a YAML, in block or flow style. */
const FILE_KEY = /\b([a-z]\w*)File:\s*['"]?([^\s'",}]+)/g

/** Names of the secret files that an example asks for. */
export function listSecretFiles(yaml: string): string[] {
  return [...yaml.matchAll(FILE_KEY)].map((match) => basename(match[2] ?? ''))
}

/** Loads an example as `npm start` would. @throws BadConfig with every fault in it */
export function loadExample(yaml: string): Config {
  const folder = mkdtempSync(join(tmpdir(), 'quakedesk-example-'))
  try {
    const here = yaml.replace(FILE_KEY, (_whole, key: string, path: string) => {
      const name = basename(path)
      writeFileSync(join(folder, name), `${SECRETS[name] ?? `whsec_${randomBytes(32).toString('base64')}`}\n`)
      return `${key}File: ${name}`
    })
    return loadConfig(here, folder, {}, channels, false)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
