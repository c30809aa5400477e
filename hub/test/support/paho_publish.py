"""Publishes the messages of a JSON session on standard input and prints {"connect", "acknowledged"}; see paho.ts."""
import json
import sys
import threading
import time

import paho.mqtt.client as mqtt

session = json.load(sys.stdin)
deadline = time.monotonic() + session.get("timeoutS", 5)
answered = threading.Event()
result = {"connect": "no answer", "acknowledged": 0}


def on_connect(client, userdata, flags, reason, properties):
    result["connect"] = str(reason)
    answered.set()


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=session.get("clientId", ""))
client.on_connect = on_connect
if "username" in session:
    client.username_pw_set(session["username"], session.get("password"))
client.connect("127.0.0.1", session["port"])
client.loop_start()
if answered.wait(deadline - time.monotonic()) and result["connect"] == "Success":
    sent = [
        client.publish(message["topic"], message["payload"].encode(), message.get("qos", 1), message.get("retain", False))
        for message in session["messages"]
    ]
    for message in sent:
        message.wait_for_publish(max(0, deadline - time.monotonic()))
    result["acknowledged"] = sum(message.is_published() for message in sent)
client.disconnect()
client.loop_stop()
print(json.dumps(result))
