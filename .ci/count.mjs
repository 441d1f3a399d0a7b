// In: the path of vitest's JSON report. Out: a line per test that did not pass, then "<passed> <failed or skipped>".
// A skipped test is no passed test: on this machine everything that a test needs has been installed.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
let passed = 0
let others = 0
for (const file of report.testResults) {
  if (file.status !== 'passed' && file.assertionResults.length === 0) {
    others += 1
    process.stdout.write(`failed   ${file.name}: ${String(file.message).split('\n')[0]}\n`)
  }
  for (const test of file.assertionResults) {
    if (test.status === 'passed') passed += 1
    else {
      others += 1
      process.stdout.write(`${test.status.padEnd(8)} ${test.fullName}\n`)
    }
  }
}
if (passed + others === 0) throw new Error('the report holds no test at all')
process.stdout.write(`${passed} ${others}\n`)
