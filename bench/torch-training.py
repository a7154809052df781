"""PyTorch's side of the training benchmark: python3 torch-training.py THREADS STEPS.

Prints its version, then the seconds of each LoRA step on one image: forward, backward and AdamW of the image encoder of SAM
ViT-B at side 512, whose query and value projections have adapters of rank 4. Weights are random and the loss is the mean of the
squared embedding: only time is measured. The decoder, which our side trains too, is left out.
"""

import importlib.util
import pathlib
import sys
import time

import torch
from torch import nn

RANK = 4


def load_encoder():
    path = pathlib.Path(__file__).with_name("torch-inference.py")
    spec = importlib.util.spec_from_file_location("torch_inference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Encoder()


class Adapted(nn.Module):
    """A projection to queries, keys and values with adapters on the first and the last."""

    def __init__(self, qkv):
        super().__init__()
        dim = qkv.in_features
        self.qkv = qkv
        self.down = nn.ModuleList(nn.Linear(dim, RANK, bias=False) for _ in "qv")
        self.up = nn.ModuleList(nn.Linear(RANK, dim, bias=False) for _ in "qv")

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q + self.up[0](self.down[0](x))
        v = v + self.up[1](self.down[1](x))
        return torch.cat([q, k, v], dim=-1)


def main():
    threads, steps = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    encoder = load_encoder()
    encoder.requires_grad_(False)
    for block in encoder.blocks:
        block.attention.qkv = Adapted(block.attention.qkv)
        block.attention.qkv.down.requires_grad_(True)
    trainable = [p for p in encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=0.005, weight_decay=0.1)
    image = torch.rand(1, 3, 512, 512)
    print(torch.__version__, flush=True)
    for _ in range(steps):
        begun = time.perf_counter()
        loss = encoder(image).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(time.perf_counter() - begun, flush=True)


main()
