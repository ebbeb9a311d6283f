"""Training StarGAN: batches, resuming, the identity loss, what is refused before it starts."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from small_stargan import TRAINING, photos

from idlock import config as configuration
from idlock import train_stargan
from idlock.engines.stargan import data, fit, losses, nets, settings
from idlock.engines.stargan.architecture import Architecture
from idlock.engines.stargan.collection import UNKNOWN, Collection, Drawing
from idlock.engines.stargan.step import Recipe, Trainer
from idlock.identity import differentiable
from idlock.problems import BadInput

SIZE, DOMAINS = 32, ("neutral", "happy", "angry")
OF = Architecture(SIZE, 6, 3, 4, 0, base=8, widest=16, hidden=12)


def collection(people=4, shots=2, size=SIZE):
    """Random pictures, one for every person, shot and domain."""
    rows = [(d, p, s) for p in range(people) for s in range(shots) for d in range(len(DOMAINS))]
    random = np.random.default_rng(1)
    images = random.integers(0, 255, (len(rows), size, size, 3), dtype=np.uint8)
    domain, person, shot = np.array(rows).T
    return Collection(images.__getitem__, domain, person, shot, DOMAINS)


def drawing(seed=0, **more):
    return Drawing(collection(), collection(), 2, OF.latent_dim, seed, **more)


def trainer(recipe, **more):
    built = nets.build(OF, seed=2, **more)
    recogniser = differentiable.load(None) if recipe.identity else None
    return Trainer(built, recipe, recogniser)


def trained(folder, steps, recipe):
    return fit.fit(
        trainer(recipe), drawing(), drawing(1, varied=False), fit.Course(steps, 1, 2), folder
    )


def test_a_batch_depends_on_its_step_and_nothing_else():
    one, again = drawing(), drawing()
    again.batch(3)
    for name, value in vars(one.batch(7)).items():
        assert torch.equal(value, getattr(again.batch(7), name)), name
    assert not torch.equal(one.batch(7).real, one.batch(8).real)
    assert one.batch(0).real.abs().max() <= 1


def test_the_counterpart_shows_the_same_person_and_shot_in_the_target_domain():
    pictures = collection()
    drawn = Drawing(pictures, pictures, 16, 4, 0, varied=False).batch(0)
    known = {
        pictures.picture(n).tobytes(): (pictures.person[n], pictures.shot[n], pictures.domain[n])
        for n in range(len(pictures))
    }

    def told(x):
        image = ((x.permute(1, 2, 0) + 1) * 127.5).round().to(torch.uint8).numpy()
        return known[np.ascontiguousarray(image).tobytes()]

    for row in range(16):
        person, shot, domain = told(drawn.real[row])
        assert domain == drawn.real_domain[row]
        assert told(drawn.paired[row]) == (person, shot, drawn.target[row])
        assert told(drawn.reference[row])[1:] == (shot, drawn.target[row])


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(diversity_steps=10, identity=0.5),
        Recipe(paired=1, identity=0.5, adversary_from=2, latent_every=2, momentum=0.9),
    ],
)
def test_a_resumed_training_ends_with_the_same_bytes(tmp_path, recipe):
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    best = trained(whole, 4, recipe)
    trained(halves, 2, recipe)
    assert trained(halves, 4, recipe) == best
    names = ("nets_ema.ckpt", "convergence.csv")
    assert all((whole / name).read_bytes() == (halves / name).read_bytes() for name in names)
    rows = list(csv.DictReader((whole / "convergence.csv").open()))
    assert [row["step"] for row in rows] == ["1", "2", "3", "4"]
    assert [bool(row["held_out"]) for row in rows] == [False, True, False, True]


def test_the_weight_of_diversity_sinks_by_the_step_alone():
    recipe = Recipe(diversity=2, diversity_steps=10)
    assert [recipe.diversity_at(n) for n in (0, 5, 10, 50)] == [2, 1, 0, 0]


def test_the_options_of_the_discriminator_hold_its_gain_and_see_the_spread():
    built = trainer(Recipe(), spectral=True, deviation=True)
    told = built.step(drawing().batch(0), 0)
    assert all(torch.isfinite(loss) for loss in told.values())
    judge = built.nets.discriminator
    assert any("parametrizations" in name for name in judge.state_dict())
    x, y = torch.randn(4, 3, SIZE, SIZE), torch.zeros(4, dtype=torch.int64)
    alone = torch.cat([judge(x[n : n + 1], y[:1]) for n in range(4)])
    assert not torch.allclose(judge(x, y), alone)


def test_the_published_loop_has_no_identity_loss_and_ours_lowers_it():
    """The same picture has none, a stranger some, and it can be descended."""
    recogniser = differentiable.load(None)
    x = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    known = recogniser(x)
    assert losses.identity(known, known).item() == pytest.approx(0, abs=1e-6)
    other = x.roll(7, dims=3).requires_grad_()
    before = losses.identity(recogniser(other), known)
    (gradient,) = torch.autograd.grad(before, other)
    assert losses.identity(recogniser(other - 5 * gradient), known) < before


def test_the_shipped_recogniser_tells_people_of_the_cast_apart():
    from idlock.engines.stargan import castset
    from idlock.engines.stargan.frames import FRAMES

    made = castset.pictures([900, 901, 902], ["neutral", "happy"], FRAMES["face"], 64)
    x = torch.from_numpy(made["images"]).permute(0, 3, 1, 2) / 127.5 - 1
    vectors = torch.nn.functional.normalize(differentiable.load(None)(x)).numpy()
    cosine, same = vectors @ vectors.T, made["person"][:, None] == made["person"][None]
    assert cosine[same & ~np.eye(len(x), dtype=bool)].mean() > cosine[~same].mean() + 0.3


def test_a_users_recogniser_is_a_torchscript_file(tmp_path):
    class Own(torch.nn.Module):
        def forward(self, x):
            return x.mean(dim=(2, 3))

    torch.jit.save(torch.jit.script(Own()), tmp_path / "own.pt")
    assert differentiable.load(tmp_path / "own.pt")(torch.rand(2, 3, 64, 64)).shape == (2, 3)
    (tmp_path / "bad.pt").write_bytes(b"no")
    with pytest.raises(ValueError, match="TorchScript"):
        differentiable.load(tmp_path / "bad.pt")


@pytest.fixture
def folder(tmp_path):
    return photos(tmp_path / "photos", ("calm", "cheerful"))


def settled(tmp_path, **stargan):
    """A checked config with these settings of StarGAN."""
    (tmp_path / "people.tsv").touch()
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"identities": "people.tsv", "stargan": stargan}))
    return configuration.read(path) | {"results": str(tmp_path / "results")}


def test_a_folder_is_learnt_and_the_model_is_where_the_engine_looks(tmp_path, folder):
    config = settled(tmp_path, checkpoint="train", train=TRAINING | {"data": str(folder)})
    assert list(settings.problems(config)) == []
    record = tmp_path / "record.json"
    train_stargan.batch([], config, "code", record)
    assert settings.checkpoint(config).is_file()
    assert settings.domains(config) == ["calm", "cheerful"]
    before = settings.checkpoint(config).read_bytes()
    train_stargan.batch([], config, "code", record)
    assert settings.checkpoint(config).read_bytes() == before


def said(config):
    return "\n".join(settings.problems(config))


def test_what_cannot_be_trained_is_said_before_it_starts(tmp_path, folder):
    training = TRAINING | {"data": str(folder)}
    assert "768" in said(settled(tmp_path, checkpoint="train", train=training | {"size": 768}))
    one = settled(tmp_path, checkpoint="train", domains=["calm"], train=training)
    assert "only calm" in said(one)
    more = settled(tmp_path, checkpoint="train", domains=["calm", "sad"], train=training)
    assert "domain sad is empty" in said(more)
    nowhere = settled(tmp_path, checkpoint="train", train=TRAINING | {"data": "nowhere"})
    assert "found none" in said(nowhere)


def test_a_checkpoint_that_is_missing_or_unnamed_is_said_before_the_run(tmp_path):
    assert "is not there" in said(settled(tmp_path, checkpoint="no.ckpt"))
    nets.save(tmp_path / "own.ckpt", nets.build(OF))
    own = str(tmp_path / "own.ckpt")
    assert "names of its domains" in said(settled(tmp_path, checkpoint=own))
    assert said(settled(tmp_path, checkpoint=own, domains=list(DOMAINS))) == ""


def test_photos_that_failed_preparation_leave_their_domain_empty(tmp_path):
    config = settled(
        tmp_path,
        checkpoint="train",
        domains=["neutral", "happy"],
        train=TRAINING | {"data": "sheet"},
    )
    record = tmp_path / "record.json"
    (tmp_path / "prepared.json").write_text('{"a": {"facts": {"photos": []}, "outputs": {}}}')
    train_stargan.batch([tmp_path / "prepared.json"], config, "code", record)
    (row,) = yaml.safe_load(record.read_text())["sheet"]["failures"]
    assert "domain neutral is empty" in row["reason"]
    assert "preparation failed" in row["advice"]


def test_one_person_in_eight_is_held_out_and_none_of_them_learnt_from():
    whole = collection(people=16)
    split = data._split(whole, whole)
    assert set(split.held_out.person) == {7, 15}
    assert not set(split.held_out.person) & set(split.sources.person)
    alone = Collection(
        whole.picture, whole.domain, np.full(len(whole), UNKNOWN), whole.shot, DOMAINS
    )
    assert len(data._split(alone, alone).held_out) == len(whole) // 8
    with pytest.raises(BadInput, match="held out"):
        data._split(collection(people=2), collection(people=2))


def test_many_domains_are_warned_of(tmp_path, folder, caplog, monkeypatch):
    monkeypatch.setattr(train_stargan, "CROWDED", 2)
    config = settled(tmp_path, checkpoint="train", train=TRAINING | {"data": str(folder)})
    with caplog.at_level("WARNING"):
        train_stargan.learn({}, config)
    assert "one person each" in caplog.text


def test_nothing_of_a_killed_training_is_taken_for_a_finished_one(tmp_path):
    folder = tmp_path / "run"
    trained(folder, 2, Recipe(paired=1, adversary_from=9))
    (folder / "state" / "training.pt").write_bytes(b"torn")
    with pytest.raises(BadInput, match="damaged"):
        trained(folder, 4, Recipe(paired=1, adversary_from=9))
    assert Path(folder / "nets_ema.ckpt").is_file()


def test_a_checkpoint_of_other_sizes_is_not_begun_with(tmp_path, folder):
    nets.save(tmp_path / "other.ckpt", nets.build(Architecture(64, 6, 2, 4, 1, base=8, widest=16)))
    training = TRAINING | {"data": str(folder), "start_from": str(tmp_path / "other.ckpt")}
    config = settled(tmp_path, checkpoint="train", train=training)
    with pytest.raises(BadInput, match="img_size is 64, not 32.*w_hpf is 1.0, not 0"):
        train_stargan.learn({}, config)


def test_a_state_of_other_settings_is_not_gone_on_from(tmp_path, caplog):
    trained(tmp_path / "a", 2, Recipe(paired=1, adversary_from=9))
    with caplog.at_level("INFO"):
        trained(tmp_path / "a", 2, Recipe(paired=2, adversary_from=9))
    assert "anew" in caplog.text
    trained(tmp_path / "b", 2, Recipe(paired=2, adversary_from=9))
    assert (tmp_path / "a/nets_ema.ckpt").read_bytes() == (
        tmp_path / "b/nets_ema.ckpt"
    ).read_bytes()
