// In: the environment. Out: the two ports, and a sentence for each that is none.
// Must not find out whether they are free.
type Environment = Readonly<Record<string, string | undefined>>

/** PORT, default 8080, and DESK_PORT, default PORT + 1. */
export function readPorts(env: Environment, faults: string[]): { port: number; deskPort: number } {
  const port = readPort(env, 'PORT', 8080, faults)
  const deskPort = readPort(env, 'DESK_PORT', port + 1, faults)
  if (deskPort > 65_535) faults.push(`DESK_PORT: PORT + 1 = ${deskPort} is no port; set DESK_PORT`)
  if (deskPort === port) faults.push(`DESK_PORT = ${deskPort}: must be another port than PORT`)
  return { port, deskPort }
}

function readPort(env: Environment, key: string, otherwise: number, faults: string[]): number {
  const given = env[key]
  if (given === undefined || given === '') return otherwise
  const port = Number(given)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  faults.push(`${key} = ${JSON.stringify(given)}: must be a port number from 1 to 65535`)
  return otherwise
}
