/** Smart HTTP by `git http-backend`, called as the CGI program it is. */
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { runGit } from './process.js';

/** Answers one smart-HTTP request on `<root>/<path>`; with a `user` it may push. */
export async function gitBackend(
  root: string,
  path: string,
  request: LabRequest,
  user: string | undefined,
): Promise<LabResponse> {
  const { headers } = request;
  const header = (name: string) => String(headers[name] ?? '');
  const output = await runGit({
    args: ['http-backend'],
    stdin: request.body,
    env: {
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      REQUEST_METHOD: request.method,
      QUERY_STRING: request.query.toString(),
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: String(request.body.length),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      ...(user ? { REMOTE_USER: user, REMOTE_ADDR: '127.0.0.1' } : {}),
    },
  });
  const end = output.indexOf('\r\n\r\n');
  const lines = output.subarray(0, end).toString().split('\r\n');
  const answer: Record<string, string> = {};
  for (const line of lines) {
    const cut = line.indexOf(':');
    if (cut > 0) answer[line.slice(0, cut).toLowerCase()] = line.slice(cut + 1).trim();
  }
  const status = Number(answer['status']?.split(' ')[0] ?? 200);
  delete answer['status'];
  return { status, headers: answer, body: output.subarray(end + 4) };
}
