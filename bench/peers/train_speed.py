"""Forward and backward of MobileFaceNet and iResNet-18 in PyTorch: the other side of train-speed.ts, with the same numbers in.

Takes a JSON object (network, batch, threads, channelsLast). For each line of standard input it takes a step and prints a JSON
object: seconds and CPU seconds of the step, peak memory so far, number of parameters, loss. Needs PyTorch on the same libtorch; on Debian and Ubuntu: apt-get install python3-torch
"""
import json
import resource
import sys
import time

import torch
from torch import nn


class Add(nn.Module):
    def __init__(self, branch, shortcut=None):
        super().__init__()
        self.branch, self.shortcut = branch, shortcut or nn.Identity()

    def forward(self, x):
        return self.branch(x) + self.shortcut(x)


def conv(inputs, outputs, kernel=1, stride=1, groups=1, padding=None):
    padding = kernel // 2 if padding is None else padding
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)


def normalised(*options, **named):
    layer = conv(*options, **named)
    return [layer, nn.BatchNorm2d(layer.out_channels)]


def activated(*options, **named):
    layers = normalised(*options, **named)
    return layers + [nn.PReLU(layers[0].out_channels)]


def bottleneck(inputs, outputs, expansion, stride=1):
    return nn.Sequential(*activated(inputs, expansion), *activated(expansion, expansion, 3, stride, expansion),
                         *normalised(expansion, outputs))


def mbf():
    residual = lambda channels, expansion, count: [Add(bottleneck(channels, channels, expansion)) for _ in range(count)]
    return nn.Sequential(
        *activated(3, 128, 3, 2), *activated(128, 128, 3, 1, 64),
        bottleneck(128, 128, 128, 2), *residual(128, 128, 4), bottleneck(128, 256, 256, 2), *residual(256, 256, 6),
        bottleneck(256, 256, 512, 2), *residual(256, 256, 2), *activated(256, 512),
        *normalised(512, 512, 7, groups=512, padding=0), nn.Flatten(), nn.Linear(512, 512, bias=False), nn.BatchNorm1d(512))


def residual_block(inputs, outputs, stride):
    branch = nn.Sequential(nn.BatchNorm2d(inputs), *activated(inputs, outputs, 3), *normalised(outputs, outputs, 3, stride))
    return Add(branch, nn.Sequential(*normalised(inputs, outputs, 1, stride)) if stride > 1 else None)


def r18():
    widths = [64, 64, 128, 256, 512]
    stages = [residual_block(widths[i + (block > 0)], widths[i + 1], 1 + (block == 0)) for i in range(4) for block in range(2)]
    features = nn.BatchNorm1d(512)
    features.weight.requires_grad = False
    return nn.Sequential(*activated(3, 64, 3), *stages, nn.BatchNorm2d(512), nn.Dropout(0), nn.Flatten(),
                         nn.Linear(25088, 512), features)


def scattered(*shape):
    """cos(0.618 i^2): like random numbers, and the same on both sides."""
    numbers = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return numbers.mul_(numbers).mul_(0.618).cos().float().reshape(shape)


def main():
    config = json.loads(sys.argv[1])
    torch.set_num_threads(config["threads"])
    network = {"mbf": mbf, "r18": r18}[config["network"]]()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.copy_(scattered(*parameter.shape)).mul_(0.05)
    faces = scattered(config["batch"], 3, 112, 112)
    if config["channelsLast"]:
        faces = faces.to(memory_format=torch.channels_last)

    def step():
        total = (network(faces) ** 4).mean()
        total.backward()
        for parameter in network.parameters():
            parameter.grad = None
        return total.item()

    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        loss = step()
        print(json.dumps({
            "seconds": time.perf_counter() - wall,
            "cpuSeconds": time.process_time() - cpu,
            "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "loss": loss,
            "version": torch.__version__,
        }), flush=True)


main()
