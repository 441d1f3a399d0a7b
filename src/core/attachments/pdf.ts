// In: bytes that begin like a PDF. Out: why they may not be handed to citizens; null when they may.
// Pure. Must not rewrite the file. What stands in packed streams is not seen: a reader's own program must still refuse scripts.

export const PDF_MAGIC: readonly number[] = [0x25, 0x50, 0x44, 0x46, 0x2d]

/** Names by which a document runs something, opens something else or carries another file (ISO 32000-2 §7.6, 7.11.4, 12.6.4). */
const ACTIVE = /\/(JavaScript|Launch|EmbeddedFiles?|RichMedia|Encrypt)(?![A-Za-z0-9])/
const WORDS: Readonly<Record<string, string>> = {
  JavaScript: '含有脚本',
  Launch: '会启动其他程序',
  RichMedia: '含有音视频等活动内容',
  Encrypt: '已加密',
}
/** Readers look for the end in the last kilobyte (annex I). */
const TAIL = 1_024

export function findPdfFault(bytes: Uint8Array): string | null {
  const text = new TextDecoder('latin1').decode(bytes)
  if (!/^%PDF-[12]\.\d/.test(text) || !text.slice(-TAIL).includes('%%EOF')) return 'PDF 文件不完整或已损坏'
  // Any letter of a name may be written by its number: /J#61vaScript (§7.3.5).
  const plain = text.replace(/#([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const [, name] = ACTIVE.exec(plain) ?? []
  return name === undefined ? null : `PDF 文件${WORDS[name] ?? '夹带其他文件'}，不能发布，请重新导出`
}
