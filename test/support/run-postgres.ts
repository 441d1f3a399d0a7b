// In: arguments data folder, state root, optionally a package's native folder. Out: one JSON line when the server is
// ready or refused; ends by a line on stdin. It exists to be killed, and to be run under other accounts.
import { silentLog } from '../../src/store/postgres/log.ts'
import { startPostgres } from '../../src/store/postgres/start.ts'

const [dataFolder = '', stateRoot = '', native = ''] = process.argv.slice(2)
const binaries = native === '' ? {} : { binaries: { native, version: 'under-test' } }
try {
  const postgres = await startPostgres({ dataFolder, stateRoot, log: silentLog, fsync: false, ...binaries })
  const { pid, location, adminConfig, ownerConfig, appConfig } = postgres
  process.stdout.write(`${JSON.stringify({ pid, location, adminConfig, ownerConfig, appConfig })}\n`)
  process.stdin.once('data', () => {
    process.stdin.destroy()
    void postgres.stop()
  })
} catch (error) {
  process.stdout.write(`${JSON.stringify({ refused: String(error) })}\n`)
}
