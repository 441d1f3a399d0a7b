// In: a port. Out: a real redis-server of the machine that keeps nothing; it can be killed, stopped short and brought back.
// Must not outlive its test: whoever starts one ends it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0
/** For the name of what is left out. */
export const WITHOUT = 'redis-server is not installed on this machine (apt-get install redis-server)'

export interface RedisServer {
  child: ChildProcess
  kill(): Promise<void>
}

/** Starts one on loopback and waits for its answer. */
export async function startRedis(port: number): Promise<RedisServer> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', settings, { stdio: 'ignore' })
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 200 || child.exitCode !== null) throw new Error(`redis-server did not start at ${port}`)
    await sleep(50)
  }
  return {
    child,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
