// In: a password. Out: its argon2id record, or whether it fits one. A few at a time: each takes 19 MB and 30 ms of a core.
// Must not tell an unknown account from a wrong password by its time.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2 }
const LANES = 1
const TAG_BYTES = 32
const SALT_BYTES = 16
/** At once; the publisher shares this process. */
const ABREAST = 2
const MOST_WAITING = 40

export interface Passwords {
  /** @throws when too many wait */
  hash(password: string): Promise<string>
  /**
   * @param record null for an unknown account: the same work, and false
   * @param ahead true for a browser that signed in here before: it waits for no stranger
   * @throws when too many wait
   */
  fits(password: string, record: string | null, ahead?: boolean): Promise<boolean>
}

/** Too many sign-ins at once: the desk asks to come again. */
export class TooManySignIns extends Error {}

interface Shape {
  memory: number
  passes: number
  lanes: number
  salt: Buffer
  tag: Buffer
}

const write = ({ memory, passes, lanes, salt, tag }: Shape): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${plain(salt)}$${plain(tag)}`
const plain = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

const RECORD = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/

function read(record: string): Shape | null {
  const found = RECORD.exec(record)
  if (!found) return null
  const [, memory, passes, lanes, salt = '', tag = ''] = found
  return {
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

/**
 * Opens the hashing of one process.
 * @param cost of new records, KiB and passes; less only in tests
 */
export function openPasswords(cost: { memory: number; passes: number } = COST): Passwords {
  let running = 0
  const known: (() => void)[] = []
  const strangers: (() => void)[] = []
  const inTurn = async <T>(queue: (() => void)[], work: () => Promise<T>): Promise<T> => {
    if (running >= ABREAST) {
      if (queue.length >= MOST_WAITING) throw new TooManySignIns('too many sign-ins at once')
      await new Promise<void>((resolve) => queue.push(resolve))
    }
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
      const next = known.shift() ?? strangers.shift()
      next?.()
    }
  }
  const derive = (queue: (() => void)[], password: string, shape: Shape): Promise<Buffer> => {
    const { memory, passes, lanes, salt, tag } = shape
    return inTurn(
      queue,
      () =>
        new Promise((resolve, reject) => {
          const asked = { message: password, nonce: salt, memory, passes, parallelism: lanes, tagLength: tag.length }
          argon2('argon2id', asked, (error, made) => (error ? reject(error) : resolve(made)))
        }),
    )
  }
  const fresh = (): Shape => ({
    ...cost,
    lanes: LANES,
    salt: randomBytes(SALT_BYTES),
    tag: Buffer.alloc(TAG_BYTES),
  })
  return {
    hash: async (password) => {
      const shape = fresh()
      return write({ ...shape, tag: await derive(strangers, password.normalize('NFKC'), shape) })
    },
    fits: async (password, record, ahead = false) => {
      const kept = record === null ? null : read(record)
      const shape = kept ?? fresh()
      const made = await derive(ahead ? known : strangers, password.normalize('NFKC'), shape)
      return kept !== null && timingSafeEqual(made, kept.tag)
    },
  }
}
