// In: addresses. Out: that the QR code drawn for them is read back as the same address, by a reader written from the standard.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawQr, encodeQr } from '../../src/web/public/qr.ts'

/** Level M, versions 1 to 6: data code words per block, and correction words per block (ISO/IEC 18004 table 9). */
const BLOCKS: Readonly<Record<number, { blocks: number; data: number; check: number }>> = {
  1: { blocks: 1, data: 16, check: 10 },
  2: { blocks: 1, data: 28, check: 16 },
  3: { blocks: 1, data: 44, check: 26 },
  4: { blocks: 2, data: 32, check: 18 },
  5: { blocks: 2, data: 43, check: 24 },
  6: { blocks: 4, data: 27, check: 16 },
}
const LEVEL_M = 0b00
const FORMAT_MASK = 0b101010000010010
const QUIET = 4

const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
]

type Modules = readonly (readonly boolean[])[]

/** Modules as drawn: read back from the picture's path, so that the drawing is what is tested. */
function readPicture(svg: string): boolean[][] {
  const side = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1])
  const modules = Array.from({ length: side }, () => Array.from({ length: side }, () => false))
  const path = /<path fill="#000" d="([^"]*)"/.exec(svg)?.[1] ?? ''
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let n = 0; n < Number(length); n += 1) (modules[Number(y)] ?? [])[Number(x) + n] = true
  return modules.slice(QUIET, -QUIET).map((row) => row.slice(QUIET, -QUIET))
}

function isFunction(i: number, j: number, size: number): boolean {
  const version = (size - 17) / 4
  const corner = (a: number, b: number): boolean => a <= 8 && b <= 8
  if (corner(i, j) || (i <= 8 && j >= size - 8) || (i >= size - 8 && j <= 8) || i === 6 || j === 6) return true
  // One alignment pattern from version 2 up to 6, centred seven modules from the corner's edge.
  const centre = size - 7
  return version >= 2 && Math.abs(i - centre) <= 2 && Math.abs(j - centre) <= 2
}

/** Level and mask, from the first copy of the format information. */
function readFormat(modules: Modules): { level: number; mask: number } {
  const places: [number, number][] = [
    ...[0, 1, 2, 3, 4, 5, 7, 8].map((j): [number, number] => [8, j]),
    ...[7, 5, 4, 3, 2, 1, 0].map((i): [number, number] => [i, 8]),
  ]
  const bits = places.reduce((value, [i, j]) => (value << 1) | (modules[i]?.[j] ? 1 : 0), 0) ^ FORMAT_MASK
  return { level: bits >> 13, mask: (bits >> 10) & 7 }
}

function readCodeWords(modules: Modules, mask: number): number[] {
  const size = modules.length
  const bits: number[] = []
  let up = true
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1
    for (let n = 0; n < size; n += 1) {
      const i = up ? size - 1 - n : n
      for (const j of [right, right - 1])
        if (!isFunction(i, j, size)) bits.push(modules[i]?.[j] !== MASKS[mask]?.(i, j) ? 1 : 0)
    }
    up = !up
  }
  const words: number[] = []
  for (let n = 0; n + 8 <= bits.length; n += 8)
    words.push(bits.slice(n, n + 8).reduce((value, bit) => value * 2 + bit, 0))
  return words
}

/** Product in GF(256) with the polynomial 0x11d. */
function times(a: number, b: number): number {
  let product = 0
  for (let n = 7; n >= 0; n -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d)
    product ^= ((b >> n) & 1) * a
  }
  return product
}

/** The address in a code of versions 1 to 6. Throws where a block's correction words do not belong to its data. */
function decode(modules: Modules): string {
  const { level, mask } = readFormat(modules)
  expect(level).toBe(LEVEL_M)
  const plan = BLOCKS[(modules.length - 17) / 4]
  if (!plan) throw new Error(`${modules.length} modules`)
  const words = readCodeWords(modules, mask)
  const bytes: number[] = []
  for (let block = 0; block < plan.blocks; block += 1) {
    const data = Array.from({ length: plan.data }, (_, n) => words[n * plan.blocks + block] ?? 0)
    const check = Array.from({ length: plan.check }, (_, n) => words[(plan.data + n) * plan.blocks + block] ?? 0)
    let root = 1
    for (let n = 0; n < plan.check; n += 1) {
      const x = root
      const syndrome = [...data, ...check].reduce((sum, word) => times(sum, x) ^ word, 0)
      if (syndrome !== 0) throw new Error(`block ${block} is damaged`)
      root = times(root, 2)
    }
    bytes.push(...data)
  }
  // Byte mode, up to version 9: four bits of mode, eight of length.
  expect((bytes[0] ?? 0) >> 4).toBe(0b0100)
  const nibble = (n: number): number => (((bytes[n] ?? 0) & 15) << 4) | ((bytes[n + 1] ?? 0) >> 4)
  return Buffer.from(Array.from({ length: nibble(0) }, (_, n) => nibble(n + 1))).toString('utf8')
}

describe('QR code', () => {
  it('a camera reads the address that was drawn', () => {
    const address = fc.stringMatching(/^[a-z]{1,20}\.gov\.cn\/n\/[a-z2-9]{6,40}$/).map((rest) => `https://${rest}`)
    fc.assert(
      fc.property(address, (text) => {
        expect(decode(readPicture(drawQr(text, 'x')))).toBe(text)
      }),
      { numRuns: 60 },
    )
  })

  it('the reader notices a module that was turned', () => {
    const modules = readPicture(drawQr('https://dzj.example.gov.cn/n/k7q2mx', 'x'))
    const row = modules[12] ?? []
    row[12] = row[12] !== true
    expect(() => decode(modules)).toThrow(/damaged/)
  })

  it('has four light modules on each side', () => {
    const rows = encodeQr('https://dzj.example.gov.cn/n/k7q2mx')
    const edge = [...rows.slice(0, 4), ...rows.slice(-4), ...rows.map((row) => [...row.slice(0, 4), ...row.slice(-4)])]
    expect(edge.flat().some((dark) => dark)).toBe(false)
  })

  it('stays black on white: no class and no current colour', () => {
    expect(
      [...drawQr('https://dzj.example.gov.cn/n/k7q2mx', 'x').matchAll(/fill="([^"]*)"/g)].map(([, fill]) => fill),
    ).toEqual(['#fff', '#000'])
  })
})
