// In: docker/compose.yaml, nginx.conf, the example bureau's YAML. Out: whether they fit each other and the house's rules.
// Must not need an engine; what only an engine can tell, nobody here claims.
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { buildPolicy } from '../../src/app/policy.ts'
import { estimateExposure, findRule } from '../../src/core/judgement/rules.ts'
import { LIVE_LIMITS } from '../../src/web/live/stream.ts'
import { listSecretFiles, loadExample } from '../support/example-config.ts'

const FOLDER = fileURLToPath(new URL('../../docker/', import.meta.url))
const read = (name: string): string => readFileSync(`${FOLDER}${name}`, 'utf8')

interface Service {
  image?: string
  build?: { context: string; dockerfile: string }
  ports?: string[]
  secrets?: string[]
  volumes?: string[]
  environment?: Record<string, string>
  healthcheck?: { test: string[]; interval: string; timeout: string; retries: number }
  depends_on?: Record<string, { condition: string }>
  networks?: string[]
  command?: string[]
}

interface Compose {
  services: Record<string, Service>
  secrets: Record<string, { file: string }>
  volumes: Record<string, object>
  networks: Record<string, { internal?: boolean }>
}

const compose = parse(read('compose.yaml'), { merge: true }) as Compose
const services = Object.entries(compose.services)
const nodes = ['app-1', 'app-2'].map((name) => compose.services[name] ?? {})

describe('the composition of a bureau with two nodes', () => {
  it('has two nodes of the program, PostgreSQL, Redis and a proxy', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(['app-1', 'app-2', 'database', 'proxy', 'redis'])
    expect(nodes.map((node) => node.build?.dockerfile)).toEqual(['docker/Dockerfile', 'docker/Dockerfile'])
    expect(compose.services['database']?.image).toMatch(/^postgres:18\.\d/)
  })

  it.each(services)('asks %s whether it is well', (_name, { healthcheck }) => {
    expect(healthcheck?.test.length).toBeGreaterThan(1)
    expect([healthcheck?.interval, healthcheck?.timeout]).toEqual([
      expect.stringMatching(/^\d+s$/),
      expect.stringMatching(/^\d+s$/),
    ])
    expect(healthcheck?.retries).toBeGreaterThan(1)
  })

  it.each(services)('takes %s at a named version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z]+:\d+\.\d[\w.-]*$/)
  })

  it('opens ports at the proxy alone, and the inner door to no outside address unless told', () => {
    expect(services.filter(([, service]) => service.ports).map(([name]) => name)).toEqual(['proxy'])
    const ports = compose.services['proxy']?.ports ?? []
    expect(ports.filter((port) => !/^(?:80|443):/.test(port))).toEqual(
      ['8081', '8443'].map((inner) => `\${INNER_ADDRESS:-127.0.0.1}:${inner}:${inner}`),
    )
    expect(compose.networks['inside']?.internal).toBe(true)
    expect(['database', 'redis'].map((name) => compose.services[name]?.networks)).toEqual([['inside'], ['inside']])
  })

  it('hands every secret over as a file, names none that is not there, and keeps none in the environment', () => {
    for (const [name, { secrets = [], environment = {} }] of services) {
      for (const secret of secrets) expect(compose.secrets, `${name} uses ${secret}`).toHaveProperty([secret])
      for (const [key, value] of Object.entries(environment)) {
        if (key.endsWith('_FILE')) expect(secrets, `${name} ${key}`).toContain(basename(value))
        else expect(`${key}=${value}`).not.toMatch(/secret|token|password|:\/\/[^/]*:[^/]*@/i)
      }
    }
    const used = new Set(services.flatMap(([, { secrets = [] }]) => secrets))
    expect(Object.keys(compose.secrets).filter((secret) => !used.has(secret))).toEqual([])
    expect(Object.values(compose.secrets).every(({ file }) => file.startsWith('./secrets/'))).toBe(true)
    expect(read('.gitignore')).toContain('/secrets/')
  })

  it('gives each node a data folder of its own, because one folder has one owner', () => {
    const data = nodes.flatMap((node) => node.volumes ?? []).filter((volume) => volume.endsWith(':/var/lib/quakedesk'))
    expect(data).toHaveLength(2)
    expect(new Set(data).size).toBe(2)
    expect(nodes.map((node) => node.environment?.['QUAKEDESK_DATA'])).toEqual([
      '/var/lib/quakedesk',
      '/var/lib/quakedesk',
    ])
  })

  it('starts the program when its database is well, under a user that may not own the tables', () => {
    for (const node of nodes) {
      expect(node.depends_on?.['database']).toEqual({ condition: 'service_healthy' })
      expect(Object.keys(node.environment ?? {})).toEqual(
        expect.arrayContaining(['DATABASE_URL_FILE', 'DATABASE_OWNER_URL_FILE']),
      )
    }
    expect(read('database-init.sh')).toContain('GRANT quakedesk_app TO quakedesk_program')
    expect(read('database-init.sh')).not.toMatch(/GRANT quakedesk_owner/)
    expect(compose.services['database']?.environment?.['POSTGRES_INITDB_ARGS']).toMatch(/--encoding=UTF8 .*C\.UTF-8/)
  })

  it('mounts only files that are there or that the bureau brings', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes).filter((volume) => volume.startsWith('./'))
    const missing = mounted
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((path) => !existsSync(`${FOLDER}${path}`))
    expect(new Set(missing)).toEqual(new Set(['./quakedesk.yaml'].filter((path) => !existsSync(`${FOLDER}${path}`))))
  })

  it('has every secret that the example bureau’s YAML asks for', () => {
    const asked = listSecretFiles(read('example/quakedesk.hefei.yaml'))
    expect(asked.length).toBeGreaterThan(5)
    for (const node of nodes) expect(node.secrets).toEqual(expect.arrayContaining(asked))
  })
})

describe('the proxy before the two nodes', () => {
  const conf = read('nginx.conf').replace(/#.*$/gm, '')
  const server = (listen: string): string =>
    conf.split(/\bserver\s*\{/).find((part) => part.includes(`listen ${listen}`)) ?? ''

  it('is well formed as far as braces and ends of statements tell', () => {
    let depth = 0
    for (const sign of conf) {
      if (sign === '{') depth += 1
      if (sign === '}') depth -= 1
      expect(depth).toBeGreaterThanOrEqual(0)
    }
    expect(depth).toBe(0)
    const open = conf
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !/[;{}]$/.test(line))
    expect(open).toEqual([])
  })

  it('asks both nodes, and the other one when the first is away', () => {
    expect(conf.match(/server app-[12]:8080\b/g)).toEqual(['server app-1:8080', 'server app-2:8080'])
    for (const upstream of ['publisher_nodes', 'desk_nodes']) {
      const [nodes = ''] = new RegExp(`upstream ${upstream} \\{[^}]*`).exec(conf) ?? []
      expect(nodes.match(/server app-[12]:8081\b/g)).toEqual(['server app-1:8081', 'server app-2:8081'])
    }
    expect(conf).toMatch(/proxy_next_upstream error timeout/)
  })

  it('asks over lines that stay open and by the name that was asked, wherever it sets a header of its own', () => {
    // nginx: a block with one proxy_set_header inherits none (ngx_http_proxy_module).
    const blocks = ['']
    const lists: string[] = []
    for (const sign of conf) {
      if (sign === '{') blocks.push('')
      else if (sign === '}') lists.push(blocks.pop() ?? '')
      else blocks[blocks.length - 1] += sign
    }
    const own = lists.filter((block) => block.includes('proxy_set_header'))
    expect(own.length).toBeGreaterThan(1)
    for (const block of own) {
      const names = [...block.matchAll(/proxy_set_header (\S+)/g)].map(([, name]) => name)
      expect(names).toEqual(expect.arrayContaining(['Connection', 'Host', 'X-Forwarded-Proto']))
    }
  })

  it('keeps what a node says may be kept, so that a crowd does not reach it, and a day longer when no node answers', () => {
    const [pages = ''] = /location \/ \{\s*proxy_pass http:\/\/public_nodes[^}]*/.exec(server('443')) ?? []
    expect(pages).toMatch(/proxy_cache pages;/)
    expect(pages).toMatch(/proxy_cache_use_stale error timeout updating/)
    expect(conf).toMatch(/proxy_cache_path [^;]* inactive=25h/)
    // How long is the program's to say: after a withdrawal nobody is shown the old page by a rule of the proxy's own.
    expect(conf).not.toMatch(/proxy_cache_valid|proxy_cache_background_update|proxy_ignore_headers[^;]*Cache-Control/)
    // Both forms pass as the program packed them.
    expect(conf).not.toMatch(/\bg(?:un)?zip on/)
    expect(pages).toMatch(/proxy_cache_key \$packing\$request_uri;/)
  })

  it('lets streams through byte by byte, keeps none of them, and a crowded thing does not count as a node that is away', () => {
    const [streams = ''] = /location = \/live \{[^}]*/.exec(server('443')) ?? []
    expect(streams).toMatch(/proxy_buffering off;/)
    expect(streams).toMatch(/proxy_cache off;/)
    expect(streams).toMatch(new RegExp(`limit_conn streams ${LIVE_LIMITS.mostPerAddress};`))
    const patience = Number(/proxy_read_timeout (\d+)s/.exec(conf)?.[1])
    expect(LIVE_LIMITS.beatMs).toBeLessThan(patience * 1_000)
    for (const [, what = ''] of server('443').matchAll(/proxy_next_upstream ([^;]*);/g))
      expect(what).not.toContain('503')
    expect(/proxy_next_upstream ([^;]*);/.exec(conf)?.[1]).toBe('error timeout')
  })

  it('shows the public neither metrics nor the publisher, but for the platform’s callback', () => {
    const outside = server('443')
    expect(outside).toMatch(/location = \/metrics \{\s*return 404;/)
    expect(outside).not.toMatch(/ingest|\/desk/)
    expect(outside.match(/location [^{]+\{\s*proxy_pass http:\/\/publisher_nodes/g)).toEqual([
      expect.stringContaining('location = /callbacks/wechat'),
    ])
  })

  it('lets the inner network push, and nothing else', () => {
    const inside = server('8081')
    expect(inside).toMatch(/location \/ingest\/ \{[^}]*publisher_nodes/)
    expect(inside).toMatch(/location \/ \{\s*return 404;/)
    expect(inside).not.toContain('/desk')
  })

  it('takes people of the inner network to the desk over TLS, and none to the command line’s lock', () => {
    const desk = server('8443 ssl')
    expect(desk).toMatch(/location \/desk \{\s*proxy_pass http:\/\/desk_nodes;/)
    expect(desk).toMatch(/location \/desk\/command \{\s*return 404;/)
    expect(desk).toMatch(/location \/ \{\s*return 404;/)
    expect(desk).not.toMatch(/ingest|metrics/)
    // By name and port: what a form's page and a line's page are compared with.
    expect(desk).toMatch(/proxy_set_header Host \$http_host;/)
    expect(desk).toMatch(/proxy_set_header Upgrade \$http_upgrade;\s*proxy_set_header Connection \$desk_connection;/)
    // Engine.IO speaks every 25 s of itself.
    expect(Number(/proxy_read_timeout (\d+)s/.exec(desk)?.[1])).toBeGreaterThan(25)
    expect(conf).toMatch(/upstream desk_nodes \{\s*ip_hash;/)
    // Together with its burst fewer than the 30 wrong passwords that an address has in 15 minutes.
    const [, rate] = /zone=sign_in:4m rate=(\d+)r\/m/.exec(conf) ?? []
    const [, burst] = /limit_req zone=sign_in burst=(\d+)/.exec(desk) ?? []
    expect(Number(rate) * 15 + Number(burst)).toBeLessThan(30)
  })
})

describe('a second bureau', () => {
  const config = loadExample(read('example/quakedesk.hefei.yaml'))

  it('runs from its YAML alone', () => {
    expect(config.bureau.name).toBe('合肥市地震局')
    expect(config.bureau.watch).toHaveLength(9)
    expect(config.outlets.map((outlet) => outlet.channel.name)).toEqual(
      expect.arrayContaining(['website', 'weibo', 'wechat', 'webhook', 'robot']),
    )
    expect(config.authorisations.map((a) => a.template).toSorted()).toEqual([
      'formal-report',
      'quick-report',
      'revision',
    ])
    expect(config.inbound.every((door) => door.secret.startsWith('whsec_'))).toBe(true)
  })

  it('speaks of a quake that Hefei feels and only records one that it does not', () => {
    const policy = buildPolicy(config, () => 'a'.repeat(64))
    expect(policy.provinceLetters).toBe('AH')
    const origin = {
      originTime: Date.UTC(2026, 4, 1, 12),
      depthKm: 10,
      kind: 'earthquake' as const,
      place: '安徽合肥市肥东县',
      sourceCode: 'AU',
      automatic: true,
      domestic: true,
    }
    const near = { ...origin, latitude: 32.0, longitude: 117.6, magnitude: 4.7 }
    const far = { ...origin, latitude: 38.0, longitude: 103.6, magnitude: 5.0, place: '内蒙古阿拉善盟阿拉善左旗' }
    const ruleFor = (o: typeof near) =>
      findRule(policy, 'quick-report', o, 'automatic', estimateExposure(o, policy))?.name ?? null
    expect([ruleFor(near), ruleFor(far)]).toEqual(['felt-here', null])
  })
})
