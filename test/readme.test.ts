// In: README.md, README.zh-CN.md. Out: a failure where they promise what is not there, or no longer say the same.
// Must not judge prose; only what a reader would type, copy or click.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { channels } from '../channels/index.ts'
import { FORMATS } from '../src/feeds/index.ts'
import { NOTICE_KINDS, WITHDRAWAL_REASONS } from '../src/core/notice.ts'
import { loadExample } from './support/example-config.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FILES = ['README.md', 'README.zh-CN.md']
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts)

/** Fenced blocks of one language. */
function listBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1] ?? '',
  )
}

/** Names after `npm run`; start and test are npm's own words. */
function listCommands(markdown: string): string[] {
  return [...markdown.matchAll(/\bnpm (?:run ([a-z:]+)|(start|test)\b)/g)].map((match) => match[1] ?? match[2] ?? '')
}

describe.each(FILES)('%s', (file) => {
  const text = read(file)

  it('holds a complete configuration that loads as it stands', () => {
    const blocks = listBlocks(text, 'yaml')
    expect(blocks).toHaveLength(1)
    const config = loadExample(blocks[0] ?? '')
    // Whoever copies it signs the texts that are shipped, not those of a former version.
    expect(config.guide?.sha256).toBe(createHash('sha256').update(read('templates/pages/guide.yaml')).digest('hex'))
    expect(config.feeds.length + config.inbound.length).toBeGreaterThan(2)
    expect(config.rules.length).toBeGreaterThan(2)
    expect(config.authorisations.length).toBeGreaterThan(1)
    expect(new Set(config.outlets.map((outlet) => outlet.channel.name))).toEqual(new Set(channels.map((c) => c.name)))
    expect(config.outlets.filter((outlet) => outlet.class === 'drill')).toHaveLength(1)
    expect(config.outlets.filter((outlet) => outlet.mode === 'rehearsal').map((o) => o.channel.name)).toEqual([
      'weibo',
      'wechat',
    ])
  })

  it('names every feed format, notice kind, withdrawal reason and environment variable there is', () => {
    for (const word of [...Object.keys(FORMATS), ...NOTICE_KINDS, ...WITHDRAWAL_REASONS]) expect(text).toContain(word)
    const variables = [
      ...`${read('src/config.ts')}${read('src/config/ports.ts')}`.matchAll(
        /(?:env\['|secretOf\(env, '|readDatabaseUrl\(env, '|readPort\(env, ')([A-Z_]+)'/g,
      ),
    ].map((m) => m[1] ?? '')
    expect(variables.length).toBeGreaterThan(7)
    for (const name of variables) expect(text).toContain(`\`${name}\``)
  })

  it('tells only commands that exist', () => {
    const commands = listCommands(text)
    expect(commands.length).toBeGreaterThan(10)
    expect(commands.filter((name) => !scripts.includes(name))).toEqual([])
  })

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)\)/g)]
      .map((match) => match[1] ?? '')
      .filter((link) => !/^https?:/.test(link))
    expect(links.length).toBeGreaterThan(4)
    expect(links.filter((link) => !existsSync(`${ROOT}${link}`))).toEqual([])
  })

  it('names no path of one machine', () => {
    expect(text).not.toMatch(/\/(?:root|home|work|tmp)\//)
  })
})

describe('the two languages', () => {
  const [english = '', chinese = ''] = FILES.map(read)

  it('show the same configuration, commands and desk acts', () => {
    const bare = (text: string): unknown => {
      const { outlets, inbound, agencies, ...rest } = loadExample(listBlocks(text, 'yaml')[0] ?? '')
      // Made-up secrets differ from one loading to the next.
      return {
        ...rest,
        doors: [...inbound, ...agencies].map((door) => ({ ...door, secret: '' })),
        outlets: outlets.map(({ id, mode }) => [id, mode]),
      }
    }
    expect(bare(chinese)).toEqual(bare(english))
    expect(new Set(listCommands(chinese))).toEqual(new Set(listCommands(english)))
    const acts = (text: string): string[] => [...text.matchAll(/desk -- ([a-z-]+)/g)].map((match) => match[1] ?? '')
    expect(acts(english).length).toBeGreaterThan(8)
    expect(new Set(acts(chinese))).toEqual(new Set(acts(english)))
  })

  it('have the same chapters', () => {
    const outline = (text: string, depth: string): number =>
      [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^(#+) /gm)].filter((match) => match[1] === depth).length
    expect(outline(english, '##')).toBeGreaterThan(5)
    for (const depth of ['#', '##', '###']) expect(outline(chinese, depth)).toBe(outline(english, depth))
  })
})
