// In: the journal's newest seal, a folder. Out: one small file a day that holds it, and all of them read back.
// Must not write over a day's file: who cuts the chain short must not be able to wait for its copy to follow.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { formatBeijing, formatUtc, type Instant } from '../core/instant.ts'
import { readHead, type ExportedHead } from '../store/journal.ts'
import type { Queryable } from '../store/pool.ts'

const FOLDER = 'journal-heads'
const headShape = z.object({
  at: z.string(),
  seq: z.number().int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})

/**
 * Writes today's head, once a day by Beijing's calendar (DESIGN L5).
 * @returns the head, or null when today's is there already or nothing is sealed yet
 */
export async function exportHead(db: Queryable, dataFolder: string, now: Instant): Promise<ExportedHead | null> {
  const newest = await readHead(db)
  if (!newest) return null
  const folder = join(dataFolder, FOLDER)
  await mkdir(folder, { recursive: true })
  const head = { at: formatUtc(now), ...newest }
  try {
    await writeFile(join(folder, `${formatBeijing(now).slice(0, 10)}.json`), `${JSON.stringify(head)}\n`, {
      flag: 'wx',
      flush: true,
    })
    return head
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null
    throw error
  }
}

/** All heads that were exported here, oldest first. @throws naming a file that holds no head */
export async function readHeads(dataFolder: string): Promise<ExportedHead[]> {
  const folder = join(dataFolder, FOLDER)
  const names = await readdir(folder).catch(() => [])
  return Promise.all(
    names
      .filter((name) => /^\d{4}-\d{2}-\d{2}\.json$/.test(name))
      .sort()
      .map(async (name) => {
        try {
          return headShape.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))
        } catch (cause) {
          throw new Error(`${join(folder, name)} holds no head of the journal`, { cause })
        }
      }),
  )
}
