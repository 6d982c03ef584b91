"""The official Python client of Hetzner's Cloud API, driven by a story: prints one JSON document."""

import json
import os
import sys

from hcloud import APIException, Client
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.networks import NetworkSubnet
from hcloud.server_types import ServerType
from hcloud.volumes import Volume

client = Client(
    token=os.environ["HCLOUD_TOKEN"],
    api_endpoint=os.environ["HCLOUD_ENDPOINT"],
    poll_interval=0.05,
)

TYPES = {
    "server": client.servers,
    "load_balancer": client.load_balancers,
    "volume": client.volumes,
    "floating_ip": client.floating_ips,
    "primary_ip": client.primary_ips,
    "firewall": client.firewalls,
    "certificate": client.certificates,
    "placement_group": client.placement_groups,
    "network": client.networks,
    "ssh_key": client.ssh_keys,
    "zone": client.zones,
}


def everything():
    return {kind: sorted(one.name for one in api.get_all()) for kind, api in TYPES.items()}


def make_and_delete():
    """Makes things, waits for their actions, meets a protection, and deletes all of it again."""
    seen = {}
    fsn1 = Location(name="fsn1")
    network = client.networks.create(
        name="theirs",
        ip_range="10.7.0.0/16",
        subnets=[NetworkSubnet(ip_range="10.7.1.0/24", type="cloud", network_zone="eu-central")],
    )
    made = client.servers.create(
        name="theirs",
        server_type=ServerType(name="cx43"),
        image=Image(name="ubuntu-24.04"),
        location=fsn1,
        networks=[network],
        labels={"team": "them"},
    )
    made.action.wait_until_finished()
    for action in made.next_actions:
        action.wait_until_finished()
    server = client.servers.get_by_id(made.server.id)
    seen["status"] = server.status
    volume = client.volumes.create(name="theirs", size=10, server=server)
    volume.action.wait_until_finished()
    volume.volume.change_protection(delete=True).wait_until_finished()
    try:
        volume.volume.delete()
    except APIException as error:
        seen["refused"] = error.code
    volume.volume.change_protection(delete=False).wait_until_finished()
    volume.volume.detach().wait_until_finished()
    seen["labeled"] = [one.name for one in client.servers.get_all(label_selector="team==them")]
    server.delete().wait_until_finished()
    client.volumes.get_by_id(volume.volume.id).delete()
    network.delete()
    return seen


def hand_work():
    """What a stranger and a hurried colleague leave beside two Sovereigns."""
    nbg1 = Location(name="nbg1")
    client.volumes.create(
        name="pvc-detached",
        size=10,
        location=nbg1,
        labels={"managed-by": "csi-driver", "pvc-name": "d", "pvc-namespace": "n"},
    ).action.wait_until_finished()
    mine = client.servers.get_by_name("catalyst-omantel-omani-works-cp1")
    mine.change_protection(delete=True, rebuild=True).wait_until_finished()
    return {"protected": client.servers.get_by_id(mine.id).protection["delete"]}


WHAT = {"everything": everything, "make-and-delete": make_and_delete, "hand-work": hand_work}
print(json.dumps(WHAT[sys.argv[1]]()))
