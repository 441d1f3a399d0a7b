// In: fields and one file. Out: a multipart/form-data body (RFC 7578) with its Content-Type.
// Must not percent-encode values: platforms would show the %E5… (channels.md §1.2).

export interface FilePart {
  name: string
  filename: string
  type: string
  bytes: Uint8Array
}

/**
 * Writes the body. Names, file names and types must be our own: quotes and line ends in them are refused with a throw.
 * @param boundary unguessable text, so that no file content can end its part
 */
export function writeMultipart(
  fields: Record<string, string>,
  file: FilePart,
  boundary: string,
): { contentType: string; body: Uint8Array } {
  for (const text of [...Object.keys(fields), file.name, file.filename, file.type, boundary])
    if (/["\r\n]/.test(text))
      throw new Error(`multipart header text holds a quote or line end: ${JSON.stringify(text)}`)
  const chunks: Uint8Array[] = []
  const push = (text: string): void => {
    chunks.push(Buffer.from(text, 'utf8'))
  }
  for (const [name, value] of Object.entries(fields))
    push(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  push(
    `--${boundary}\r\nContent-Disposition: form-data; name="${file.name}"; filename="${file.filename}"\r\n` +
      `Content-Type: ${file.type}\r\n\r\n`,
  )
  chunks.push(file.bytes)
  push(`\r\n--${boundary}--\r\n`)
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(chunks) }
}
