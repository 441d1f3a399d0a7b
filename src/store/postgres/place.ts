// In: the data folder, the account of the server. Out: where the cluster, its socket and its log live.
// Must not delete or silently reuse a database that belongs to another folder (DESIGN §7 Store).
import { createHash, randomUUID } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, renameSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { canEnter, chooseAccount, ownUid } from './account.ts'
import type { Account } from './account.ts'
import type { StoreLog } from './log.ts'

/** sun_path holds 108 bytes with its end mark (unix(7)). */
const SOCKET_PATH_MAX = 107
const SOCKET_NAME = '/.s.PGSQL.5432'

export interface Place {
  /** The data folder's real path. */
  dataFolder: string
  /** Holds data/, run/ and server.log: <data folder>/postgres, or a folder below the state root. */
  root: string
  cluster: string
  socketDir: string
  logFile: string
  /** The account that the server takes on; null when it runs as we do. */
  account: Account | null
}

interface Marker {
  id: string
  at: string
}

/** 16 hex digits that stand for a folder's real path, in names that must be short or flat. */
export function keyOf(realFolder: string): string {
  return createHash('sha256').update(realFolder).digest('hex').slice(0, 16)
}

function readMarker(file: string): Marker | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  const value = JSON.parse(text) as Partial<Marker>
  if (typeof value.id === 'string' && typeof value.at === 'string') return { id: value.id, at: value.at }
  throw new Error(`${file} does not say where the database is; restore the file, or move it away to begin empty`)
}

function writeMarker(file: string, marker: Marker): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(marker)}\n`, { flush: true })
  renameSync(`${file}.new`, file)
}

/** The folder apart that the marker names, after proof that it is this data folder's own. */
function findApart(real: string, marker: Marker, stateRoot: string, log: StoreLog): string {
  const back = existsSync(marker.at) ? readMarker(join(marker.at, 'belongs-to.json')) : null
  if (back === null || back.id !== marker.id) {
    throw new Error(
      `the database of ${real} was in ${marker.at}, which is gone or belongs to another folder; bring it back, or move ${join(real, 'postgres.json')} away to begin empty`,
    )
  }
  if (back.at === real) return marker.at
  const elder = existsSync(back.at) ? readMarker(join(back.at, 'postgres.json')) : null
  if (elder?.id === marker.id) {
    throw new Error(
      `${real} is a copy of ${back.at}, whose database in ${marker.at} cannot serve both; move ${join(real, 'postgres.json')} away to begin empty, then restore a backup`,
    )
  }
  const root = join(stateRoot, keyOf(real))
  if (existsSync(root)) moveAside(root, log)
  renameSync(marker.at, root)
  writeMarker(join(root, 'belongs-to.json'), { id: marker.id, at: real })
  writeMarker(join(real, 'postgres.json'), { id: marker.id, at: root })
  log.warn({ from: back.at, to: real }, 'the data folder was moved; its database follows')
  return root
}

function moveAside(root: string, log: StoreLog): void {
  const aside = `${root}.aside-${new Date().toISOString().replace(/[:.]/g, '')}`
  renameSync(root, aside)
  log.warn({ root, aside }, 'a database of an earlier data folder at this path was put aside, not deleted')
}

/** Makes a folder that every account may enter, whatever the umask. */
export function makeOpen(folder: string): string {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  return folder
}

function makeApart(real: string, stateRoot: string, log: StoreLog): string {
  const root = join(makeOpen(stateRoot), keyOf(real))
  if (existsSync(root)) moveAside(root, log)
  makeOpen(root)
  const id = randomUUID()
  writeMarker(join(root, 'belongs-to.json'), { id, at: real })
  writeMarker(join(real, 'postgres.json'), { id, at: root })
  return root
}

/** An existing cluster decides the account: a folder made by uid 1000 is served by uid 1000 also when root starts it. */
function accountFor(cluster: string): Account | null {
  const us = ownUid()
  if (!existsSync(cluster)) return us === 0 ? chooseAccount() : null
  const { uid, gid } = lstatSync(cluster)
  if (us === 0) return uid === 0 ? chooseAccount() : { uid, gid }
  if (uid === us) return null
  throw new Error(`${cluster} belongs to uid ${uid}; start the program as that user or as root`)
}

/** A 0700 folder of the server's account; one in a public place must already be exactly that, or be ours to make. */
function makePrivate(folder: string, account: Account | null): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const wanted = account ?? { uid: ownUid(), gid: process.getgid?.() ?? -1 }
  const found = lstatSync(folder)
  if (!found.isDirectory() || (found.uid !== wanted.uid && found.uid !== ownUid())) {
    throw new Error(`${folder} should be a private folder of uid ${wanted.uid} and is not; remove it and start again`)
  }
  if (account && found.uid !== wanted.uid) chownSync(folder, wanted.uid, wanted.gid)
  chmodSync(folder, 0o700)
}

function socketFolder(root: string, stateRoot: string, real: string, account: Account | null): string {
  const temporary = Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp'
  const shared = join(stateRoot, 'run')
  const choices = [join(root, 'run')]
  if (account !== null) choices.push(join(shared, keyOf(real)))
  choices.push(join(temporary, `quakedesk-${ownUid()}-${keyOf(real)}`))
  const fitting = choices.find((dir) => Buffer.byteLength(dir + SOCKET_NAME) <= SOCKET_PATH_MAX)
  if (fitting === undefined) throw new Error(`no folder for the database socket is short enough: ${choices.join(', ')}`)
  if (dirname(fitting) === shared) makeOpen(join(makeOpen(stateRoot), 'run'))
  return fitting
}

/**
 * Decides where this data folder's cluster lives, and makes the folders around it (not the cluster).
 * Below a folder that the server's account cannot enter (root's home is 0700), everything moves under `stateRoot`; a
 * marker on either side names the other.
 * @throws with a sentence for the operator when the two sides do not belong together
 */
export function decidePlace(dataFolder: string, stateRoot: string, log: StoreLog): Place {
  mkdirSync(dataFolder, { recursive: true })
  const real = realpathSync(dataFolder)
  const here = join(real, 'postgres')
  const marker = readMarker(join(real, 'postgres.json'))
  let root = here
  if (marker !== null) root = findApart(real, marker, stateRoot, log)
  const account = accountFor(join(root, 'data'))
  if (marker === null && account !== null && !canEnter(real, account)) {
    if (existsSync(join(here, 'data'))) {
      throw new Error(
        `uid ${account.uid}, which runs the database, can no longer enter ${real}; allow it (chmod o+x on the folder and its parents)`,
      )
    }
    root = makeApart(real, stateRoot, log)
  }
  mkdirSync(root, { recursive: true })
  chmodSync(root, account === null ? 0o700 : 0o711)
  const socketDir = socketFolder(root, stateRoot, real, account)
  makePrivate(socketDir, account)
  const inRoot = (name: string): string => join(root, name)
  return { dataFolder: real, root, cluster: inRoot('data'), socketDir, logFile: inRoot('server.log'), account }
}
