// In: a backup file. Out: its header, its tables one by one, and the proof that every byte is as it was written.
// Must not trust anything in the file: sizes are bounded, shapes are checked. The format is described at readBackup.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'

export const FORMAT = 'quakedesk-backup/1'
/** The line that ends a table, as in COPY itself: no row can be it, because a row's own backslash is doubled. */
export const END_OF_TABLE = '\\.\n'
/** PostgreSQL itself ends at 1 GB for a value; our rows hold raw payloads of some megabytes at most. */
const LINE_BYTES_MAX = 256 * 1024 * 1024
const BATCH_BYTES = 256 * 1024

const headerShape = z.object({
  format: z.literal(FORMAT),
  createdAt: z.string(),
  server: z.string(),
  migrations: z.array(z.object({ version: z.number().int(), name: z.string(), checksum: z.string() })).max(10_000),
})
const tableShape = z.object({ table: z.string(), columns: z.array(z.string()).max(2_000) })
const manifestShape = z.object({
  manifest: z.object({
    tables: z.array(z.object({ name: z.string(), rows: z.number().int(), sha256: z.string() })).max(10_000),
    sequences: z.array(z.object({ name: z.string(), last: z.string().nullable() })).max(10_000),
    sha256: z.string(),
  }),
})

export type Header = z.infer<typeof headerShape>
export type Manifest = z.infer<typeof manifestShape>['manifest']

/** What a restore does with a backup while it is read; every call is awaited before the next line is taken. */
export interface Reader {
  header(header: Header): Promise<void>
  /** Must read `rows` to the end. */
  table(name: string, columns: string[], rows: AsyncIterable<Buffer>): Promise<void>
}

/** A file that cannot be restored; the message says why. */
export class BrokenBackup extends Error {
  override name = 'BrokenBackup'
}

/** Lines with their \n. */
async function* splitLines(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let held = 0
  for await (const chunk of source) {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, at + 1)
      yield rest.length === 0 ? piece : Buffer.concat([...rest, piece])
      rest = []
      held = 0
      from = at + 1
    }
    if (from < chunk.length) rest.push(chunk.subarray(from))
    held += chunk.length - from
    if (held > LINE_BYTES_MAX) throw new BrokenBackup('a line of the backup is longer than any row can be')
  }
  if (rest.length > 0) throw new BrokenBackup('the backup ends in the middle of a line')
}

function parseLine<T>(shape: z.ZodType<T>, line: Buffer, what: string): T {
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch (cause) {
    throw new BrokenBackup(`the backup's ${what} cannot be read`, { cause })
  }
  const read = shape.safeParse(value)
  if (!read.success) throw new BrokenBackup(`the backup's ${what} is not what this program writes`)
  return read.data
}

/**
 * Reads a backup from end to end. The file is gzip over: a JSON line (header); for each table a JSON line and its rows in
 * COPY text format, ended by `\.`; a JSON line with rows and SHA-256 of every table, sequences, and the SHA-256 of all
 * bytes before it.
 * @returns the manifest, after the whole file has proved intact
 * @throws BrokenBackup when it is cut short, altered, or no backup of ours
 */
export async function readBackup(file: string, reader: Reader): Promise<Manifest> {
  const unpacked = createGunzip()
  pipeline(createReadStream(file), unpacked, () => undefined)
  try {
    return await readLines(splitLines(unpacked), reader)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code.startsWith('Z_')) throw new BrokenBackup('the backup is cut short or damaged', { cause: error })
    throw error
  } finally {
    unpacked.destroy()
  }
}

async function readLines(lines: AsyncGenerator<Buffer>, reader: Reader): Promise<Manifest> {
  const whole = createHash('sha256')
  const next = async (): Promise<Buffer> => {
    const { value, done } = await lines.next()
    if (done === true) throw new BrokenBackup('the backup is cut short: its last line is missing')
    return value
  }
  const first = await next()
  whole.update(first)
  await reader.header(parseLine(headerShape, first, 'first line'))
  const seen: Manifest['tables'] = []
  for (;;) {
    const line = await next()
    if (line.subarray(0, 12).toString() === '{"manifest":') {
      const { manifest } = parseLine(manifestShape, line, 'last line')
      const same = manifest.sha256 === whole.digest('hex') && JSON.stringify(manifest.tables) === JSON.stringify(seen)
      if (!same) throw new BrokenBackup('the backup was altered: its contents and its checksum differ')
      if ((await lines.next()).done !== true) throw new BrokenBackup('the backup goes on after its last line')
      return manifest
    }
    whole.update(line)
    const { table: name, columns } = parseLine(tableShape, line, 'table line')
    const hash = createHash('sha256')
    let rows = 0
    let ended = false
    const batches = async function* (): AsyncGenerator<Buffer> {
      let batch: Buffer[] = []
      let size = 0
      for (;;) {
        const row = await next()
        whole.update(row)
        if (row.length === END_OF_TABLE.length && row.toString() === END_OF_TABLE) break
        hash.update(row)
        rows += 1
        size += row.length
        batch.push(row)
        if (size < BATCH_BYTES) continue
        yield Buffer.concat(batch)
        batch = []
        size = 0
      }
      ended = true
      if (size > 0) yield Buffer.concat(batch)
    }
    await reader.table(name, columns, batches())
    if (!ended) throw new Error(`the rows of ${name} were not read to their end`)
    seen.push({ name, rows, sha256: hash.digest('hex') })
  }
}
