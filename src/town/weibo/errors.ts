// In: an error code. Out: the envelope the platform answers with (reference channels.md §1.5).
// Must not be read by anything that classifies: adapters know their own table.
import { writeWideJson } from '../wide-json.ts'
import type { WideJson } from '../wide-json.ts'
import type { Reply } from '../wire.ts'

const MESSAGES: Record<number, string> = {
  10001: 'System error!',
  10002: 'Service unavailable!',
  10004: 'IP limit!',
  10006: 'Source paramter(appkey) is missing',
  10008: 'Param error, see doc for more info',
  10009: 'Too many pending tasks, system is busy!',
  10014: 'Insufficient app permissions!',
  10016: 'Miss required parameter, see doc for more info',
  10017: "Parameter's value invalid, see doc for more info",
  10018: 'Request body length over limit!',
  10020: 'Request api not found!',
  10021: 'HTTP method is not suported for this request!',
  10022: 'IP requests out of rate limit!',
  10023: 'User requests out of rate limit!',
  10024: 'User requests for this api out of rate limit!',
  20003: 'User does not exists!',
  20005: 'Unsupported image type, only suport JPG, GIF, PNG!',
  20006: 'Image size too large.',
  20007: 'Does multipart has image?',
  20008: 'Content is null!',
  20012: 'Your text is too long, please input text less than 140 characters!',
  20013: 'Your text is too long, please input text less than 300 characters!',
  20016: 'Update weibo out of time limit!',
  20017: 'Repeated weibo text! Content is similar to a recent one',
  20019: 'Repeat content!',
  20032: 'Update success, but the server is slow, please wait 1-2 minutes',
  20101: 'Target weibo does not exist!',
  20102: 'Not your own weibo!',
  20109: 'Weibo id is null!',
  21327: 'expired_token',
  21332: 'invalid_access_token',
}

/** 21xxx, quotas and permissions are answered 403, the rest 400. */
const FORBIDDEN = new Set([10004, 10014, 10022, 10023, 10024])

/** A refusal; `detail` replaces the standard message, `asText` spells the code as a string as some replies do. */
export function weiboError(code: number, path: string, asText: boolean, detail?: string): Reply {
  const status = code >= 21_300 || FORBIDDEN.has(code) ? 403 : 400
  const body = writeWideJson({
    error: detail ?? MESSAGES[code] ?? 'Unknown error!',
    error_code: asText ? String(code) : code,
    request: path,
  })
  return { status, type: 'application/json;charset=UTF-8', body, code: String(code) }
}

/** A success. */
export function weiboOk(value: WideJson): Reply {
  return { status: 200, type: 'application/json;charset=UTF-8', body: writeWideJson(value), code: 'ok' }
}
