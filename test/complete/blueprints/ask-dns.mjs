// ask-dns.mjs ADDRESS NAME TYPE udp|tcp: prints what a name server answers as JSON, from whichever network it is started in. Exit 1: no answer in 2 s.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import dnsPacket from 'dns-packet';

const [address, name, type, by] = process.argv.slice(2);
const query = { type: 'query', id: 1, flags: 0, questions: [{ type, name }] };
const say = ({ rcode, flag_tc, flag_aa, answers }) => {
  const shown = answers.map((one) => ({ type: one.type, data: Buffer.isBuffer(one.data) ? `${one.data}` : one.data }));
  console.log(JSON.stringify({ rcode, truncated: flag_tc, authoritative: flag_aa, answers: shown }));
  process.exit(0);
};
setTimeout(() => process.exit(1), 2000);
if (by === 'udp') {
  const socket = createSocket('udp4').on('message', (message) => say(dnsPacket.decode(message)));
  socket.send(dnsPacket.encode(query), 53, address);
} else {
  const socket = connect(53, address, () => socket.write(dnsPacket.streamEncode(query)));
  socket.on('data', (data) => say(dnsPacket.streamDecode(data)));
  socket.on('error', () => process.exit(1));
}
