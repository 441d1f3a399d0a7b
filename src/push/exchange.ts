// In: nothing. Out: what passes between a lane and one connection to its push service, whatever speaks over it.
// Must not know a subscriber nor a word.

export type Exchange =
  | { got: 'reply'; status: number; retryAfter: string | undefined }
  /** sent: bytes may have reached the service; the same Topic makes a repeat harmless. */
  | { got: 'nothing'; sent: boolean; reason: string }

export interface Session {
  /**
   * @param path of the endpoint, with its query
   * @param isWanted asked before the message leaves, where it had to wait for room; false: it never does
   */
  post(
    path: string,
    headers: Readonly<Record<string, string | number>>,
    body: Buffer,
    isWanted?: () => boolean,
  ): Promise<Exchange>
  /** How many messages may be under way at once. */
  room(): number
  isOpen(): boolean
  close(): void
}

/** How a connection ended, as far as it says something about who spoke over it. */
export type SessionEnd =
  /** At least one message was answered. */
  | { how: 'answered' }
  /** The two ends did not understand each other. */
  | { how: 'fault'; reason: string }
  /** Closed by the other end after messages were sent and before any was answered. */
  | { how: 'unanswered'; reason: string }
  /** The network failed, or nothing was asked. */
  | { how: 'lost' }
