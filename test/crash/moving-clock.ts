// In: CRASH_CLOCK, a file with milliseconds. Out: this process's Date.now, that much ahead of the real one, while it runs.
// Loaded before the program (node --import); minutes of probing pass in a second, and the program holds no line for it.
import { readFileSync } from 'node:fs'

const file = process.env['CRASH_CLOCK'] ?? ''
const real = Date.now
let offset = 0

function read(): void {
  try {
    const given = Number(readFileSync(file, 'utf8'))
    // A half-written file reads as a smaller number; a clock that runs backwards would be a fault of ours.
    if (Number.isFinite(given) && given > offset) offset = given
  } catch {
    // Not there yet: real time.
  }
}

if (file !== '') {
  read()
  setInterval(read, 15).unref()
  Date.now = () => real() + offset
}
