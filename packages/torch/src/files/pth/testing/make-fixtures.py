# Writes the .pth files of read-pth.test.ts with PyTorch itself (made with 1.13): python3 make-fixtures.py
# Every element is a formula of its place, so the test needs no copied numbers.
from collections import OrderedDict
from pathlib import Path

import torch

folder = Path(__file__).parent
count = torch.arange(6).reshape(2, 3)
base = torch.arange(12, dtype=torch.float32) / 4 - 1

state = OrderedDict(
    float=count.float() / 8 - 0.5,
    half=count.half() / 8 - 0.5,
    bfloat16=count.bfloat16() / 8 - 0.5,
    double=count.double() / 8 - 0.5,
    long=count - 2**40,
    int=(count - 3).int(),
    short=(count - 3).short(),
    char=(count - 3).char(),
    byte=count.byte(),
    bool=count % 2 == 0,
    transposed=(count.float() / 8 - 0.5).t(),
    permuted=(torch.arange(24).float().reshape(2, 3, 4)).permute(2, 0, 1),
    first=base[:4],
    second=base[4:].reshape(2, 4),
    column=base.reshape(3, 4)[:, 1],
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 3),
    parameter=torch.nn.Parameter(count.float()),
)
checkpoint = {
    "epoch": 3,
    "big": 2**62 + 1,
    "rate": 0.1,
    "best": None,
    "done": True,
    "names": ["a", ("b", -70000)],
    "size": torch.Size([2, 3]),
    "state_dict": state,
}
torch.save(checkpoint, folder / "archive.pth")
torch.save(checkpoint, folder / "legacy.pth", _use_new_zipfile_serialization=False)

network = torch.nn.DataParallel(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)))
with torch.no_grad():
    network.module[0].weight.copy_(torch.arange(6).reshape(3, 2) / 4)
    network.module[0].bias.zero_()
torch.save(network.state_dict(), folder / "network.pth")
torch.save(network, folder / "whole-object.pth")
