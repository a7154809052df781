"""PyTorch's side of the inference benchmark: python3 torch-inference.py MODEL BATCH THREADS.

Prints its version when ready. Then, for every line with a number of images on its input, runs as many and prints "done".
Weights are random: only time is measured. `samed` is the image encoder alone, without the decoder that our side runs too.
"""

import sys

import torch
from torch import nn
from torch.nn import functional


class Attention(nn.Module):
    """Attention in a grid [N,s,s,C] with decomposed relative positions."""

    def __init__(self, dim, heads, side):
        super().__init__()
        self.heads, self.scale = heads, (dim // heads) ** -0.5
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.rows = nn.Parameter(torch.randn(2 * side - 1, dim // heads) * 0.02)
        self.columns = nn.Parameter(torch.randn(2 * side - 1, dim // heads) * 0.02)
        steps = torch.arange(side)
        self.register_buffer("index", steps[:, None] - steps[None, :] + side - 1)

    def forward(self, x):
        count, side, _, dim = x.shape
        qkv = self.qkv(x).reshape(count, side * side, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.reshape(3, count * self.heads, side * side, -1).unbind(0)
        scores = (q * self.scale) @ k.transpose(1, 2)
        grid = q.reshape(-1, side, side, q.shape[-1])
        down = torch.einsum("bhwc,hkc->bhwk", grid, self.rows[self.index])
        across = torch.einsum("bhwc,wkc->bhwk", grid, self.columns[self.index])
        scores = scores.view(-1, side, side, side, side) + down[..., None] + across[..., None, :]
        mixed = scores.view(-1, side * side, side * side).softmax(-1) @ v
        mixed = mixed.view(count, self.heads, side, side, -1).permute(0, 2, 3, 1, 4)
        return self.out(mixed.reshape(count, side, side, dim))


class Block(nn.Module):
    def __init__(self, dim, heads, grid, window):
        super().__init__()
        self.window = window
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.attention = Attention(dim, heads, window or grid)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def attend(self, x):
        if not self.window:
            return self.attention(x)
        count, side, _, dim = x.shape
        w = self.window
        padded = -(-side // w) * w
        x = functional.pad(x, (0, 0, 0, padded - side, 0, padded - side))
        x = x.view(count, padded // w, w, padded // w, w, dim).transpose(2, 3).reshape(-1, w, w, dim)
        x = self.attention(x).view(count, padded // w, padded // w, w, w, dim).transpose(2, 3)
        return x.reshape(count, padded, padded, dim)[:, :side, :side]

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Encoder(nn.Module):
    """The image encoder of SAM ViT-B at side 512."""

    def __init__(self, dim=768, depth=12, heads=12, grid=32):
        super().__init__()
        self.patches = nn.Conv2d(3, dim, 16, stride=16)
        self.positions = nn.Parameter(torch.zeros(1, grid, grid, dim))
        windows = [None if (i + 1) % 3 == 0 else 14 for i in range(depth)]
        self.blocks = nn.Sequential(*(Block(dim, heads, grid, window) for window in windows))
        self.neck = nn.Sequential(nn.Conv2d(dim, 256, 1), nn.Conv2d(256, 256, 3, padding=1))

    def forward(self, image):
        tokens = self.patches(image).permute(0, 2, 3, 1) + self.positions
        return self.neck(self.blocks(tokens).permute(0, 3, 1, 2))


def create(model):
    if model == "samed":
        return Encoder(), 512
    from torchvision.models import inception_v3

    network = inception_v3(weights=None, aux_logits=False, init_weights=False)
    network.fc = nn.Identity()
    return network, 299


def main():
    model, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    network, side = create(model)
    network.eval()
    images = torch.rand(batch, 3, side, side)
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        with torch.inference_mode():
            for _ in range(-(-int(line) // batch)):
                network(images)
        print("done", flush=True)


if __name__ == "__main__":
    main()
