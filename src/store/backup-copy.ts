// In: a connection and a COPY statement. Out: its bytes as a stream, or a stream's bytes into it.
// Must not hold a table in memory: both directions wait for the slower side. Wire protocol: PostgreSQL manual 54.2.6.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Duplex } from 'node:stream'
import type { ClientBase } from 'pg'

/** What pg hands to a query object of one's own; the copy calls are missing in its published types. */
interface Wire {
  stream: Duplex
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(reason: string): void
}

const nothing = (): void => undefined

/** Rows of `COPY … TO STDOUT`, in pieces of whole rows; the connection is busy until the last was read. */
export function copyOut(client: ClientBase, sql: string): AsyncIterable<Buffer> {
  const out = new PassThrough({ highWaterMark: 1 << 20 })
  const query = {
    submit(wire: Wire): void {
      out.on('drain', () => wire.stream.resume())
      // A reader that gives up early must not leave the connection paused for ever.
      out.on('close', () => wire.stream.resume())
      wire.query(sql)
    },
    handleCopyData({ chunk }: { chunk: Buffer }, wire: Wire): void {
      // The parser reuses its buffer: keep a copy.
      if (!out.destroyed && !out.write(Buffer.from(chunk))) wire.stream.pause()
    },
    handleError(error: Error): void {
      out.destroy(error)
    },
    handleReadyForQuery(): void {
      out.end()
    },
    handleCommandComplete: nothing,
    handleRowDescription: nothing,
    handleDataRow: nothing,
    handleEmptyQuery: nothing,
  }
  client.query(query as unknown as { submit: () => void })
  return out
}

/**
 * Feeds `COPY … FROM STDIN`; the statement fails, and so does this promise, when the source throws.
 * @returns when the server has confirmed the statement
 */
export function copyIn(client: ClientBase, sql: string, source: AsyncIterable<Buffer>): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: unknown = null
    let over = false
    const pump = async (wire: Wire): Promise<void> => {
      try {
        for await (const chunk of source) {
          if (over) return
          wire.sendCopyFromChunk(chunk)
          if (wire.stream.writableNeedDrain)
            await Promise.race([once(wire.stream, 'drain'), once(wire.stream, 'close')])
        }
        wire.endCopyFrom()
      } catch (error) {
        failure = error
        wire.sendCopyFail('the source broke off')
      }
    }
    const query = {
      submit(wire: Wire): void {
        wire.query(sql)
      },
      handleCopyInResponse(wire: Wire): void {
        void pump(wire)
      },
      handleError(error: Error): void {
        over = true
        reject((failure as Error | null) ?? error)
      },
      handleReadyForQuery(): void {
        resolve()
      },
      handleCommandComplete: nothing,
      handleRowDescription: nothing,
      handleDataRow: nothing,
      handleEmptyQuery: nothing,
    }
    client.query(query as unknown as { submit: () => void })
  })
}
