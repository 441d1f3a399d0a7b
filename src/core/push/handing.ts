// In: nothing. Out: what passes between the channel of pushes and their sender.
// Must not know a subscriber.

/** A word for all subscribers of an outlet. */
export interface HandedWord {
  deliveryId: string
  outlet: string
  content: Record<string, string>
  priority: number
  /** How long the word is worth being told, milliseconds of real time. */
  ttlMs: number
}

export interface PushStanding {
  /**
   * planning: subscribers are being asked what they want. replaced: a newer word about the quake goes on in its place.
   * stopped: by a person's switch, after some may have been told; refused: before anyone was.
   */
  state: 'planning' | 'sending' | 'done' | 'replaced' | 'stopped' | 'refused'
  sent: number
  /** Their push service said that the subscription is over. */
  gone: number
  failed: number
  /** Still to be sent to, as far as they have been asked. */
  open: number
}

/** The sender to single subscribers. */
export interface PushHanding {
  /** Puts a word on record and lets the sender know; may be repeated. Throws when it could not be put on record. */
  hand(word: HandedWord): Promise<void>
  /** Null when the word was never handed over. */
  standing(deliveryId: string): Promise<PushStanding | null>
}
