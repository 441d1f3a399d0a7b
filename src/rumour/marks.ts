// In: the installation's secret. Out: keyed hashes: receipts that come out the same for the same report, marks of who sent it.
// Must not hand out what was hashed, nor say of two installations that they heard of one sender.
import { createHmac } from 'node:crypto'
import { deriveKey } from '../store/sealing.ts'
import { writeReceipt } from './context.ts'

export interface Marks {
  /** A receipt's code; the same parts, the same code. */
  receipt(parts: readonly string[]): string
  /** 32 hexadecimal digits by which a sender, or a network, is told from others. */
  mark(kind: 'sender' | 'network', parts: readonly string[]): string
}

export function openMarks(secret: Uint8Array): Marks {
  const [receipts, senders] = [deriveKey(secret, 'receipt'), deriveKey(secret, 'sender')]
  return {
    // 16 signs of 32: 80 bits that only the key's holder can foretell.
    receipt: (parts) => writeReceipt(createHmac('sha256', receipts).update(JSON.stringify(parts)).digest()),
    mark: (kind, parts) =>
      createHmac('sha256', senders)
        .update(JSON.stringify([kind, ...parts]))
        .digest('hex')
        .slice(0, 32),
  }
}
