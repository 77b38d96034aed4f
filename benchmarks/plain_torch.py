"""The same models in eager PyTorch, layer by layer: what `train_step` compares with.

Each class makes a full training step, `step(batch)`, of the same updates as kerasgan's.
"""

import torch
from torch import nn
from torch.nn import functional

_MOMENTUM = 0.25


def _apply(optimizer, loss) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


def _held(network, held: bool) -> None:
    """Compute no gradients of the network's weights while it is held."""
    for parameter in network.parameters():
        parameter.requires_grad_(not held)


class ACGAN:
    def __init__(self, config, hair: int = 12, eyes: int = 11):
        base, size = config.image_size // 16, config.image_size
        stack: list[nn.Module] = [
            nn.Linear(config.latent_dim + hair + eyes, 128 * base * base),
            nn.Unflatten(1, (128, base, base)),
            nn.BatchNorm2d(128, momentum=_MOMENTUM),
        ]
        before = 128
        for filters in (512, 256, 128, 64):
            stack += [nn.Upsample(scale_factor=2), nn.Conv2d(before, filters, 3, padding=1)]
            stack += [nn.ReLU(), nn.BatchNorm2d(filters, momentum=_MOMENTUM)]
            before = filters
        self.generator = nn.Sequential(*stack, nn.Conv2d(before, 3, 3, padding=1), nn.Tanh())
        stack, before = [], 3
        blocks = ((32, 2, 0.25), (64, 1, 0.25), (128, 2, 0.25), (256, 1, 0.5), (256, 2, 0.5))
        for block, (filters, stride, rate) in enumerate(blocks):
            stack += [nn.Conv2d(before, filters, 3, stride, padding=1), nn.LeakyReLU(0.2)]
            stack += [nn.BatchNorm2d(filters, momentum=_MOMENTUM)] if block else []
            stack += [nn.Dropout(rate)]
            before = filters
        self.features = nn.Sequential(*stack, nn.Flatten())
        self.heads = nn.ModuleList(
            nn.Linear(256 * (size // 8) ** 2, units) for units in (1, hair, eyes)
        )
        self.discriminator = nn.ModuleList([self.features, self.heads])
        rates = {"lr": config.learning_rate, "betas": (config.beta_1, 0.999), "eps": 1e-7}
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), **rates)
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), **rates)
        self.config, self.colours = config, (hair, eyes)

    def _judge(self, images):
        features = self.features(images)
        return [head(features) for head in self.heads]

    def _generate(self, batch: int):
        noise = self.config.sigma * torch.randn(batch, self.config.latent_dim)
        labels = [torch.randint(count, (batch,)) for count in self.colours]
        parts = [functional.one_hot(*pair) for pair in zip(labels, self.colours, strict=True)]
        return self.generator(torch.cat([noise, *parts], 1)), labels

    def _loss(self, logits, real: bool, labels=None):
        weights = self.config.loss_weights
        target = torch.full_like(logits[0], float(real))
        loss = weights[0] * functional.binary_cross_entropy_with_logits(logits[0], target)
        for weight, rows, label in zip(weights[1:], logits[1:], labels or (), strict=False):
            loss = loss + weight * functional.cross_entropy(rows, label)
        return loss

    def step(self, batch) -> None:
        image, labels = batch["image"], [batch["hair"], batch["eyes"]]
        with torch.no_grad():
            generated, _ = self._generate(len(image))
        loss = self._loss(self._judge(image), True, labels)
        _apply(self.d_optimizer, loss + self._loss(self._judge(generated), False))
        _held(self.discriminator, True)
        for _ in range(self.config.g_steps):
            generated, wanted = self._generate(len(image))
            _apply(self.g_optimizer, self._loss(self._judge(generated), True, wanted))
        _held(self.discriminator, False)


class WGANGP:
    def __init__(self, config):
        filters = [64 * 2**block for block in range(config.image_size.bit_length() - 3)]
        stack: list[nn.Module] = [nn.Unflatten(1, (config.latent_dim, 1, 1))]
        before = config.latent_dim
        for block, after in enumerate(reversed(filters)):
            place = (2, 1) if block else (1, 0)
            stack += [nn.ConvTranspose2d(before, after, 4, *place, bias=False)]
            stack += [nn.BatchNorm2d(after), nn.ReLU()]
            before = after
        stack += [nn.ConvTranspose2d(before, 3, 4, 2, 1, bias=False), nn.Tanh()]
        self.generator = nn.Sequential(*stack)
        stack, before = [], 3
        for after in filters:
            stack += [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
            before = after
        self.critic = nn.Sequential(*stack, nn.Conv2d(before, 1, 4, bias=False), nn.Flatten())
        settings = {"lr": config.learning_rate, "alpha": 0.99, "eps": 1e-8}
        self.d_optimizer = torch.optim.RMSprop(self.critic.parameters(), **settings)
        self.g_optimizer = torch.optim.RMSprop(self.generator.parameters(), **settings)
        self.config = config

    def step(self, batch) -> None:
        real, config = batch["image"], self.config
        for _ in range(config.critic_steps):
            with torch.no_grad():
                fake = self.generator(torch.randn(len(real), config.latent_dim))
            alpha = torch.rand(len(real), 1, 1, 1)
            between = (alpha * real + (1 - alpha) * fake).requires_grad_()
            scores = self.critic(between).sum()
            (gradient,) = torch.autograd.grad(scores, between, create_graph=True)
            norms = (gradient.square().sum((1, 2, 3)) + 1e-12).sqrt()
            loss = self.critic(fake).mean() - self.critic(real).mean()
            _apply(self.d_optimizer, loss + config.penalty_weight * (norms - 1).square().mean())
        _held(self.critic, True)
        fake = self.generator(torch.randn(len(real), config.latent_dim))
        _apply(self.g_optimizer, -self.critic(fake).mean())
        _held(self.critic, False)


class _Residual(nn.Module):
    def __init__(self, filters: int):
        super().__init__()
        half = [nn.ReflectionPad2d(1), nn.Conv2d(filters, filters, 3), nn.InstanceNorm2d(filters)]
        other = [nn.ReflectionPad2d(1), nn.Conv2d(filters, filters, 3), nn.InstanceNorm2d(filters)]
        self.body = nn.Sequential(*half, nn.ReLU(True), *other)

    def forward(self, x):
        return x + self.body(x)


def _generator(blocks: int) -> nn.Module:
    stack: list[nn.Module] = [nn.ReflectionPad2d(3), nn.Conv2d(3, 64, 7)]
    stack += [nn.InstanceNorm2d(64), nn.ReLU(True)]
    for before in (64, 128):
        stack += [nn.Conv2d(before, 2 * before, 3, 2, 1), nn.InstanceNorm2d(2 * before)]
        stack += [nn.ReLU(True)]
    stack += [_Residual(256) for _ in range(blocks)]
    for before in (256, 128):
        stack += [nn.ConvTranspose2d(before, before // 2, 3, 2, 1, 1)]
        stack += [nn.InstanceNorm2d(before // 2), nn.ReLU(True)]
    return nn.Sequential(*stack, nn.ReflectionPad2d(3), nn.Conv2d(64, 3, 7), nn.Tanh())


def _discriminator() -> nn.Module:
    stack: list[nn.Module] = [nn.Conv2d(3, 64, 4, 2, 1), nn.LeakyReLU(0.2, True)]
    for before, stride in ((64, 2), (128, 2), (256, 1)):
        stack += [nn.Conv2d(before, 2 * before, 4, stride, 1), nn.InstanceNorm2d(2 * before)]
        stack += [nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*stack, nn.Conv2d(512, 1, 4, 1, 1))


class CycleGAN:
    def __init__(self, config):
        self.a_to_b, self.b_to_a = _generator(config.blocks), _generator(config.blocks)
        self.judge_a, self.judge_b = _discriminator(), _discriminator()
        generators = nn.ModuleList([self.a_to_b, self.b_to_a])
        self.judges = nn.ModuleList([self.judge_a, self.judge_b])
        rates = {"lr": config.learning_rate, "betas": (config.beta_1, 0.999)}
        self.g_optimizer = torch.optim.Adam(generators.parameters(), **rates)
        self.d_optimizer = torch.optim.Adam(self.judges.parameters(), **rates)
        self.config = config

    def step(self, batch) -> None:
        a, b = batch["a"], batch["b"]
        cycle = self.config.cycle_weight
        _held(self.judges, True)
        fake_b, fake_a = self.a_to_b(a), self.b_to_a(b)
        loss = (self.judge_b(fake_b) - 1).square().mean() + (
            self.judge_a(fake_a) - 1
        ).square().mean()
        loss = loss + cycle * functional.l1_loss(self.b_to_a(fake_b), a)
        loss = loss + cycle * functional.l1_loss(self.a_to_b(fake_a), b)
        identity = cycle * self.config.identity_weight
        if identity:
            loss = loss + identity * functional.l1_loss(self.b_to_a(a), a)
            loss = loss + identity * functional.l1_loss(self.a_to_b(b), b)
        _apply(self.g_optimizer, loss)
        _held(self.judges, False)
        loss = 0.0
        for judge, real, fake in ((self.judge_a, a, fake_a), (self.judge_b, b, fake_b)):
            loss = loss + (judge(real) - 1).square().mean() + judge(fake.detach()).square().mean()
        _apply(self.d_optimizer, loss / self.config.d_ratio)


MODELS = {"acgan": ACGAN, "wgan-gp": WGANGP, "cyclegan": CycleGAN}
