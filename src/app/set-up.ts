// In: an outlet and a folder of pictures. Out: what the account has now and what is still missing, in plain sentences.
// Must not read anything but pictures of a sensible size from that folder.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SetUpFile } from '../core/channel.ts'
import type { CommandAnswer } from '../web/desk/server.ts'
import type { OpenedOutlets } from './outlets.ts'

const PICTURE = /^[a-z-]{1,40}\.(png|jpe?g|gif|bmp)$/i
const MOST_FILES = 40
/** What WeChat takes as a permanent picture (channels.md §2.2). */
const LARGEST = 10 * 1024 * 1024

/** Runs the set-up of one outlet; refused while something is missing, so that scripts see it, too. */
export async function setUpOutlet(
  opened: OpenedOutlets,
  outlet: string,
  folder: string | undefined,
): Promise<CommandAnswer & { report?: object }> {
  const files = folder === undefined ? [] : await readPictures(folder)
  if (typeof files === 'string') return { ok: false, reason: files, usage: true }
  const report = await opened.setUp(outlet, files)
  if (report === null) return { ok: false, usage: true, reason: `${outlet} is no outlet that has anything to set up` }
  if (report.missing.length === 0) return { ok: true, result: report, report }
  const lines = [...report.missing.map((line) => `  - ${line}`), ...report.done.map((line) => `  + ${line}`)]
  return { ok: false, reason: `${outlet} is not ready:\n${lines.join('\n')}`, report }
}

async function readPictures(folder: string): Promise<SetUpFile[] | string> {
  const names = await readdir(folder).catch(() => null)
  if (names === null) return `${folder} is no folder that this program can read`
  const pictures = names.filter((name) => PICTURE.test(name)).slice(0, MOST_FILES)
  if (pictures.length === 0)
    return `${folder} holds no picture: default.png, withdrawal.png, … (a notice kind, then png, jpg, gif or bmp)`
  const files: SetUpFile[] = []
  for (const name of pictures) {
    const path = join(folder, name)
    const { size } = await stat(path)
    if (size > LARGEST) return `${path} is larger than 10 MB`
    files.push({ name, bytes: await readFile(path) })
  }
  return files
}
