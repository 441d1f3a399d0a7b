// In: answers of the person who sets the bureau up. Out: a quakedesk.yaml that loads, with every outlet in rehearsal.
// Must not overwrite a file, and never writes a live outlet: a person turns each on after its first rehearsal.
import { existsSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { randomBytes } from 'node:crypto'
import { stringify } from 'yaml'
import { channels } from '../channels/index.ts'
import { rehearseWords } from './app/own-words.ts'
import { loadTemplates } from './app/templates.ts'
import { BadConfig, loadConfig, readEnvironment } from './config.ts'
import { NATIONAL_COUNTIES } from './core/places/county.ts'
import { makeVapidPair } from './push/vapid.ts'
import { createRenderer } from './core/rendering/renderer.ts'

const FILE = 'quakedesk.yaml'

/** The input ended before the last question. */
class Unanswered extends Error {}

interface Question {
  key: string
  ask: string
  otherwise: string
  check: (answer: string) => string | null
}

const text = (answer: string): string | null =>
  answer.trim() === '' || answer.length > 40 ? '1 to 40 characters' : null
const within =
  (low: number, high: number) =>
  (answer: string): string | null =>
    answer.trim() !== '' && Number(answer) >= low && Number(answer) <= high ? null : `a number from ${low} to ${high}`

const QUESTIONS: readonly Question[] = [
  { key: 'name', ask: '单位全称 (name of the bureau)', otherwise: '', check: text },
  { key: 'shortName', ask: '简称 (short name)', otherwise: '', check: text },
  {
    key: 'publicUrl',
    ask: '对外网址 (public address, https://…)',
    otherwise: '',
    check: (a) => (/^https?:\/\/[^\s/]+/.test(a) ? null : 'https://…'),
  },
  {
    key: 'serialPrefix',
    ask: '公告文号代字 (serial prefix, e.g. X震信)',
    otherwise: '',
    check: (a) => (a.trim() === '' || a.length > 12 ? '1 to 12 characters' : null),
  },
  { key: 'homeName', ask: '所在地名称 (home, e.g. X市)', otherwise: '', check: text },
  {
    key: 'homeCode',
    ask: '所在地行政区划代码 (six digits, GB/T 2260)',
    otherwise: '',
    check: (a) => (/^\d{6}$/.test(a) ? null : 'six digits'),
  },
  { key: 'latitude', ask: '所在地纬度 (latitude, degrees)', otherwise: '', check: within(-90, 90) },
  { key: 'longitude', ask: '所在地经度 (longitude, degrees)', otherwise: '', check: within(-180, 180) },
  {
    key: 'attenuation',
    ask: '衰减关系 (attenuation: west or east of about 105°E)',
    otherwise: 'west',
    check: (a) => (a === 'west' || a === 'east' ? null : 'west or east'),
  },
]

/** Districts of the home prefecture: what a bureau nearly always watches. */
function listDistricts(code: string) {
  return NATIONAL_COUNTIES.filter((county) => county.code.startsWith(code.slice(0, 4))).map((county) => ({
    name: county.name,
    code: county.code,
    latitude: county.latitude,
    longitude: county.longitude,
  }))
}

async function askAll(): Promise<Record<string, string>> {
  const lines = createInterface({ input: process.stdin })
  // An iterator keeps what came early: answers may also be piped in, all at once.
  const given = lines[Symbol.asyncIterator]()
  const answers: Record<string, string> = {}
  try {
    for (const question of QUESTIONS) {
      for (;;) {
        const hint = question.otherwise === '' ? '' : ` [${question.otherwise}]`
        process.stdout.write(`${question.ask}${hint}: `)
        const line = await given.next()
        if (line.done === true) throw new Unanswered(`no answer to “${question.ask}”; ${FILE} is not written`)
        const answer = line.value.trim() || question.otherwise
        const fault = question.check(answer)
        if (fault === null) {
          answers[question.key] = answer
          break
        }
        process.stdout.write(`  ${JSON.stringify(answer)}: ${fault}\n`)
      }
    }
    return answers
  } finally {
    lines.close()
  }
}

/** Prepared and off; browsers take no subscription from a site without TLS. */
function describePush(publicUrl: string): object[] {
  if (!publicUrl.startsWith('https://')) return []
  const { publicKey, privateKey } = makeVapidPair()
  return [
    {
      id: 'push',
      channel: 'webpush',
      enabled: false,
      mode: 'rehearsal',
      vapidPublicKey: publicKey,
      vapidPrivateKey: privateKey,
      subject: publicUrl,
    },
  ]
}

function compose(answers: Record<string, string>): string {
  const code = answers['homeCode'] ?? ''
  const yaml = stringify({
    bureau: {
      name: answers['name'],
      shortName: answers['shortName'],
      publicUrl: answers['publicUrl'],
      serialPrefix: answers['serialPrefix'],
      home: {
        name: answers['homeName'],
        code,
        latitude: Number(answers['latitude']),
        longitude: Number(answers['longitude']),
      },
      watch: listDistricts(code),
      attenuation: answers['attenuation'],
    },
    feeds: [],
    inbound: [
      {
        id: 'cea-push',
        format: 'cenc-web',
        authority: 'official-national',
        secret: `whsec_${randomBytes(32).toString('base64')}`,
      },
    ],
    authorisations: [],
    outlets: [{ id: 'site', channel: 'website', mode: 'rehearsal' }, ...describePush(answers['publicUrl'] ?? '')],
  })
  return `# 由 npm run init 生成。出口先以 rehearsal（预演）运行，核对无误后删去 mode 一行即为正式发布。\n# 没有 authorisations（预授权）时，一切首次发布都转为待核（hold），由值班员决定。\n# 出口 push（网页推送）未启用，启用前须由本局决定，见 README“推送”。\n${yaml}`
}

if (existsSync(FILE)) {
  process.stderr.write(`${FILE} is already there; it is not overwritten\n`)
  process.exit(1)
}
const yaml = await askAll()
  .then(compose)
  .catch((error: unknown) => {
    if (!(error instanceof Unanswered)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exit(1)
  })
try {
  const config = loadConfig(yaml, process.cwd(), readEnvironment(), channels, false)
  rehearseWords(config, createRenderer(await loadTemplates('notices')))
} catch (error) {
  if (!(error instanceof BadConfig)) throw error
  process.stderr.write(
    `these answers do not make a configuration:\n${error.faults.map((fault) => `  - ${fault}`).join('\n')}\n`,
  )
  process.exit(1)
}
writeFileSync(FILE, yaml, { flag: 'wx', mode: 0o600 })
process.stdout.write(`${FILE} is written. Next: add outlets and authorisations (README.md), then npm start.\n`)
