const { execFileSync } = require('child_process');
const program = '/usr/local/bin/credential'; // an absolute path: Insomnia has not your shell's PATH

module.exports.templateTags = [{
  name: 'credential',
  displayName: 'Session cookie',
  description: 'the session cookie of an app behind an ALB',
  args: [{ displayName: 'App', type: 'string' }],
  run: (_context, app) => execFileSync(program, ['get', app], { encoding: 'utf8' }).trim(),
}];
