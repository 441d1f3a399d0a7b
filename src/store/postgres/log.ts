// In: what the store has to say while it starts, stops and recovers. Out: the shape of the log it is handed (pino fits).
// Holds no state and must not write anywhere by itself.

/** The part of a pino logger that the store uses. */
export interface StoreLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** For callers that want silence (tests, one-shot commands). */
export const silentLog: StoreLog = { info() {}, warn() {}, error() {} }
