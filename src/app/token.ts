// In: the data folder. Out: the token that the officer's commands on this machine carry.
// Must not be readable by anyone but the installation's user.
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** New at every start; only the installation's user can read it. */
export async function writeToken(folder: string): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'desk.token'), token, { mode: 0o600 })
  return token
}
