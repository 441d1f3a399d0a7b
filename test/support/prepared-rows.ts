// In: a database of an installation. Out: an answer prepared in peacetime, signed by every agency, in force for a year.
// Must not go through the acts: those who look at pages choose what stands on record.
import type { Queryable } from '../../src/store/pool.ts'

export const PREPARED = 'f-1'
const HASH = 'a'.repeat(64)
const FIELDS = {
  heading: '{place}避险做法',
  summary: '{place}居民可按应急避险常识做好准备。',
  body: '地震时就近躲避，震后有序撤离到开阔地带。',
  claim: '{place}应当如何避险',
  verdict: '部分不实',
  evidence: '《防震减灾法》',
}

export async function addPreparedRows(db: Queryable): Promise<string> {
  const scopes = ['facts', 'lead', 'cac-wording', 'police-mention']
  await db.query(
    `insert into prepared_answer (id, name, kind, made_by, made_at) values ($1, '避险做法', 'advice', 'p-x', now())`,
    [PREPARED],
  )
  await db.query(
    `insert into prepared_version (answer_id, version, fields, scopes, hash, made_by, made_at, offered_at, expires_at)
     values ($1, 1, $2, $3, $4, 'p-x', now(), now(), now() + interval '365 days')`,
    [PREPARED, JSON.stringify(FIELDS), scopes, HASH],
  )
  await db.query(
    `insert into prepared_signature (answer_id, version, scope, actor, account, hash, at)
     select $1, 1, scope, 'lead', 'p-' || scope, $3, now() from unnest($2::text[]) as scope`,
    [PREPARED, scopes, HASH],
  )
  return PREPARED
}
