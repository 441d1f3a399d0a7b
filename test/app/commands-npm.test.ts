// In: what an administrator types or pipes at a shell: npm run init, npm start. Out: what it leaves behind.
// Through npm itself, because npm stands between the shell and the program.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isVapidPair } from '../../src/push/vapid.ts'
import { until } from '../crash/watch.ts'
import { claimPort } from '../../src/town/port.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const INIT = join(ROOT, 'src/init.ts')
const ANSWERS = [
  '兰山市应急管理局',
  '兰山应急',
  'https://yj.lanshan.example',
  '兰震信',
  '合肥市',
  '340100',
  '31.82',
  '117.23',
]

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-npm-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function init(input: string): { status: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [INIT], { cwd: folder, input, encoding: 'utf8' })
  return { status: run.status, out: run.stdout, err: run.stderr }
}

test('answers that end too early leave no file, and one sentence that names the open question', () => {
  const { status, err } = init(`${ANSWERS.slice(0, 3).join('\n')}\n`)
  expect(status).toBe(1)
  expect(err.trim()).toBe('no answer to “公告文号代字 (serial prefix, e.g. X震信)”; quakedesk.yaml is not written')
  expect(existsSync(join(folder, 'quakedesk.yaml'))).toBe(false)
})

test('a name that no notice may hold makes no configuration, and is told with its key', () => {
  const { status, err } = init([...ANSWERS.with(0, '合肥市<应急>管理局'), 'east', ''].join('\n'))
  expect(status).toBe(1)
  expect(err).toMatch(
    /these answers do not make a configuration:\n {2}- bureau\.name = "合肥市<应急>管理局": .*holds marks/,
  )
  expect(existsSync(join(folder, 'quakedesk.yaml'))).toBe(false)
})

test('nine answers, piped all at once, write a configuration once and never over another', () => {
  expect(init([...ANSWERS, 'east', ''].join('\n')).status).toBe(0)
  const yaml = readFileSync(join(folder, 'quakedesk.yaml'), 'utf8')
  expect(yaml).toMatch(/name: 兰山市应急管理局[\s\S]*attenuation: east[\s\S]*mode: rehearsal/)
  // Push is prepared, with a pair of its own, and off.
  const { outlets } = parse(yaml) as { outlets: Record<string, string>[] }
  expect(outlets[1]).toMatchObject({ channel: 'webpush', enabled: false, subject: 'https://yj.lanshan.example' })
  expect(isVapidPair(outlets[1]?.['vapidPublicKey'] ?? '', outlets[1]?.['vapidPrivateKey'] ?? '')).toBe(true)
  expect(init([...ANSWERS, 'west', ''].join('\n'))).toMatchObject({
    status: 1,
    err: 'quakedesk.yaml is already there; it is not overwritten\n',
  })
  expect(readFileSync(join(folder, 'quakedesk.yaml'), 'utf8')).toBe(yaml)
})

test('a backup of a folder without a database is refused, and makes neither a file nor the folder', () => {
  const [data, file] = [join(folder, 'misspelt'), join(folder, 'empty.backup')]
  const env = { PATH: process.env['PATH'], QUAKEDESK_DATA: data }
  const run = spawnSync(process.execPath, [join(ROOT, 'src/backup.ts'), 'backup', file], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  expect(run).toMatchObject({
    status: 1,
    stderr: `backup: ${data} holds no database; set QUAKEDESK_DATA to the installation's data folder\n`,
  })
  expect([data, file].filter((path) => existsSync(path))).toEqual([])
})

test('a signal to npm start ends the program, not npm alone', async () => {
  const [port, deskPort] = [await claimPort(), await claimPort()]
  const data = join(folder, 'data')
  const env = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    DESK_PORT: String(deskPort),
    QUAKEDESK_DATA: data,
  }
  const npm = spawn('npm', ['start'], {
    cwd: ROOT,
    stdio: 'ignore',
    detached: true,
    env: { ...env, QUAKEDESK_CONFIG: join(folder, 'quakedesk.yaml') },
  })
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${deskPort}/readyz`).then(
      () => true,
      () => false,
    )
  try {
    await until('ready', answers, 60_000)
    const ended = new Promise((resolve) => npm.once('exit', resolve))
    npm.kill('SIGTERM')
    await ended
    await until('nobody at the port', async () => !(await answers()))
    await until('the folder is free', () => Promise.resolve(!existsSync(join(data, 'owner.json'))))
  } finally {
    // Whatever outlived npm is still in its group.
    spawnSync('kill', ['-KILL', '--', `-${npm.pid}`])
    const apart = join(data, 'postgres.json')
    if (existsSync(apart)) execFileSync('rm', ['-rf', (JSON.parse(readFileSync(apart, 'utf8')) as { at: string }).at])
  }
}, 120_000)
