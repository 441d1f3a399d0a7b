// In: who we are, /etc/passwd, the mode bits of folders. Out: the account under which PostgreSQL may run and what it can reach.
// Must not create accounts or loosen any mode: a bureau's home folder stays as closed as it was.
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Account {
  uid: number
  gid: number
}

const NOBODY: Account = { uid: 65_534, gid: 65_534 }

/** The uid of this process; the program runs on POSIX systems only. */
export function ownUid(): number {
  return process.getuid?.() ?? -1
}

/**
 * Accounts of a passwd(5) text in the order in which they suit a private server: nobody, then system accounts, then the rest.
 * initdb looks its own uid up there and refuses one that is missing (initdb.c, get_user_name), hence no invented uid.
 */
export function listAccounts(passwd: string): Account[] {
  const found: Account[] = []
  for (const line of passwd.split('\n')) {
    const fields = line.split(':')
    const uid = Number(fields[2])
    const gid = Number(fields[3])
    if (fields.length >= 7 && Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) found.push({ uid, gid })
  }
  const rank = (a: Account): number => (a.uid === NOBODY.uid ? 0 : a.uid < 1000 ? 1 : 2)
  return found.sort((a, b) => rank(a) - rank(b) || b.uid - a.uid)
}

/**
 * The account for a server started by root, which PostgreSQL itself refuses to be.
 * @throws when no account can be taken on, as in a container without CAP_SETUID
 */
export function chooseAccount(): Account {
  let passwd = ''
  try {
    passwd = readFileSync('/etc/passwd', 'utf8')
  } catch {
    // An image without passwd: initdb will name the trouble better than we can.
  }
  const accounts = listAccounts(passwd).slice(0, 20)
  for (const account of accounts.length > 0 ? accounts : [NOBODY]) {
    const tried = spawnSync('/bin/true', [], { uid: account.uid, gid: account.gid })
    const failure: NodeJS.ErrnoException | undefined = tried.error
    const code = failure?.code
    if (code === undefined || code === 'ENOENT') return account
  }
  throw new Error(
    'PostgreSQL must not run as root, and this process may not take on another account; run the program as an ordinary user or set DATABASE_URL',
  )
}

/** Whether the account may enter every folder down to and including `folder`, by mode bits (access control lists are not read). */
export function canEnter(folder: string, account: Account): boolean {
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid, gid } = statSync(at)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (at === dirname(at)) return true
  }
}
