// In: a rumour desk. Out: two programs over its record, this process and another, which act at the same moment.
// Must not leave a process behind: the other one ends with its channel.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { openWriter } from '../../src/store/pool.ts'
import { actTogether, closeLine, countAtLine, openLine, type Act, type Outcome, type Scene } from './answer-acts.ts'
import { openAnswerNode, type AnswerNode } from './answer-desk.ts'
import type { Answer, Order } from './answer-process.ts'
import type { RumourDesk } from './desk-of-rumours.ts'

export interface Programs {
  /** The one in this process. */
  node: AnswerNode
  /** The other's process. */
  pid: number
  /** Lets both begin at the same moment: both wait for one lock, seen in the database, and it goes. */
  race(scene: Scene, here: Act[], there: Act[]): Promise<{ here: Outcome[]; there: Outcome[] }>
  close(): Promise<void>
}

export async function openPrograms(desk: RumourDesk): Promise<Programs> {
  const node = await openAnswerNode(desk, desk.appConfig)
  const elsewhere = await openElsewhere(desk)
  // One connection: the lock is the session's.
  const starter = openWriter(desk.appConfig, () => undefined)
  return {
    node,
    pid: elsewhere.pid,
    race: async (scene, here, there) => {
      await closeLine(starter)
      const both = Promise.all([elsewhere.act(scene, there), actTogether(node, scene, here)])
      // One that fails before it stands there would be waited for in vain.
      const enough = both.then(
        () => 2,
        () => 2,
      )
      while ((await Promise.race([countAtLine(starter), enough])) < 2);
      await openLine(starter)
      const [others, mine] = await both
      return { here: mine, there: others }
    },
    close: async () => {
      await Promise.all([node.close(), elsewhere.close(), starter.end()])
    },
  }
}

async function openElsewhere({ appConfig, secret, context }: RumourDesk) {
  const child = fork(
    new URL('answer-process.ts', import.meta.url),
    [JSON.stringify(appConfig), secret.toString('hex')],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' },
  )
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the other program ended: ${String(code)}`)
  })
  gone.catch(() => undefined)
  const hear = async (): Promise<unknown> => {
    const [message] = await Promise.race([once(child, 'message'), gone])
    return message
  }
  await hear()
  return {
    pid: child.pid ?? 0,
    act: async (scene: Scene, acts: Act[]): Promise<Outcome[]> => {
      const heard = hear()
      const order: Order = { now: context.now(), scene, acts }
      child.send(order)
      const answer = (await heard) as Answer
      if ('fault' in answer) throw new Error(`the other program: ${answer.fault}`)
      return answer.outcomes
    },
    close: async () => {
      if (child.connected) child.disconnect()
      await gone.catch(() => undefined)
    },
  }
}
