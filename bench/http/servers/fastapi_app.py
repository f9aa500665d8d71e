"""FastAPI doing the same work, alone in its process, with Uvicorn on uvloop and httptools where they are installed."""

import json
import os
import resource
import socket
import sys
import threading
import time
from typing import List, Optional

import fastapi
import uvicorn
from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel, Field


class Item(BaseModel):
    name: str = Field(min_length=1, max_length=100)
    description: Optional[str] = Field(default=None, max_length=500)
    price: float = Field(gt=0)
    quantity: int = Field(ge=1)
    tags: List[str]


class Reply(BaseModel):
    id: int
    name: str
    total: float


tally = {"handled": 0, "tasks": 0}


def reply(id: int, item: Item) -> Reply:
    tally["handled"] += 1
    return Reply(id=id, name=item.name, total=item.price * item.quantity)


def record_sync(id: int, name: str) -> None:
    with lock:  # sync tasks run in a pool of threads
        tally["tasks"] += 1


async def record(id: int, name: str) -> None:
    tally["tasks"] += 1


lock = threading.Lock()
app = FastAPI()


@app.post("/items/{id}")
async def with_async_task(id: int, item: Item, background: BackgroundTasks) -> Reply:
    background.add_task(record, id, item.name)
    return reply(id, item)


@app.post("/items-sync/{id}")
async def with_sync_task(id: int, item: Item, background: BackgroundTasks) -> Reply:
    background.add_task(record_sync, id, item.name)
    return reply(id, item)


@app.post("/items-plain/{id}")
async def without_task(id: int, item: Item) -> Reply:
    return reply(id, item)


def answer_samples() -> None:
    for _ in sys.stdin:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime
        print(json.dumps({**tally, "cpuSeconds": cpu, "wallSeconds": time.perf_counter()}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=511)
    threading.Thread(target=answer_samples, daemon=True).start()
    print(json.dumps({"port": listener.getsockname()[1], "version": fastapi.__version__}), flush=True)
    config = uvicorn.Config(app, access_log=False, log_level="critical", lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])
