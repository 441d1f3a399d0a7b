// In: the data folder. Out: the token that the officer's commands on this machine carry.
// Must not be readable by anyone but the installation's user.
import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** New at every start; only the installation's user can read it. */
export async function writeToken(folder: string): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'desk.token')
  // A file of its own put in the place of the old one: writing into an existing file would keep whatever mode it has.
  await rm(`${file}.new`, { force: true })
  await writeFile(`${file}.new`, token, { mode: 0o600, flag: 'wx' })
  await rename(`${file}.new`, file)
  return token
}
